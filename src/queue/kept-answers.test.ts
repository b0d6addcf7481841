import { randomBytes } from "node:crypto";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { temporaryFolder } from "../../test/support/temp.ts";
import { openKeptAnswers, type KeptAnswers } from "./kept-answers.ts";
import { DamagedBody, readKeptAnswers } from "./kept-reader.ts";

/** A run's directory that is open. */
interface Opened extends Disposable {
  readonly kept: KeptAnswers;
  readonly database: DatabaseSync;
  readonly directory: string;
}

function open(directory: string): Opened {
  mkdirSync(directory, { recursive: true });
  const database = new DatabaseSync(join(directory, "journal.db"));
  // Nothing here is to survive a power cut.
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF");
  const kept = openKeptAnswers(database, directory);
  return {
    kept,
    database,
    directory,
    [Symbol.dispose]: () => {
      kept[Symbol.dispose]();
      database.close();
    },
  };
}

function commit({ kept, database }: Opened): void {
  kept.sync();
  database.exec("BEGIN");
  kept.record();
  database.exec("COMMIT");
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

/** Keeps one body in each of several groups. */
function keepAll(directory: string, bodies: readonly string[]): void {
  using opened = open(directory);
  for (const body of bodies) {
    opened.kept.put(Buffer.from(body));
    commit(opened);
  }
}

describe("kept answers", () => {
  test("are what a map would be, killed and opened again however often", async () => {
    const body = fc.oneof(
      fc.constantFrom("", "a", "b", "the same page ".repeat(50)),
      fc.string({ unit: "grapheme", maxLength: 200 }),
    );
    const step = fc.record({
      bodies: fc.array(body, { maxLength: 6 }),
      ends: fc.constantFrom("committed", "committed", "killed", "killed early", "killed late"),
      tail: fc.uint8Array({ maxLength: 80 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
        await using folder = await temporaryFolder();
        let opened = open(join(folder.path, "run"));
        let held = new Map<number, string>();
        let size = 0;
        try {
          for (const [index, { bodies, ends, tail }] of steps.entries()) {
            const put = new Map(held);
            for (const one of bodies) {
              const id = opened.kept.put(Buffer.from(one));
              expect(put.get(id) ?? one).toBe(one);
              put.set(id, one);
              expect(text(opened.kept.get(id))).toBe(one);
            }
            expect(new Set(put.values()).size).toBe(put.size);
            if (ends === "killed late") {
              opened.database.exec("BEGIN");
              opened.kept.record();
            } else if (ends !== "killed early") {
              commit(opened);
              held = put;
              size = statSync(join(opened.directory, "kept.pack")).size;
            }
            if (ends !== "committed") {
              const copy = join(folder.path, `copy-${index}`);
              cpSync(opened.directory, copy, { recursive: true });
              appendFileSync(join(copy, "kept.pack"), tail);
              opened[Symbol.dispose]();
              opened = open(copy);
              expect(statSync(join(copy, "kept.pack")).size).toBe(size);
            }
            for (const [id, one] of held) expect(text(opened.kept.get(id))).toBe(one);
            expect([...opened.kept.verify()]).toEqual([]);
          }
        } finally {
          opened[Symbol.dispose]();
        }
      }),
      { numRuns: 25 },
    );
  });

  test("of any size come whole from memory and from files, in pieces of a few megabytes", async () => {
    await using folder = await temporaryFolder();
    using opened = open(folder.path);
    const { kept } = opened;
    const noise = randomBytes(5_000_000);
    const page = Buffer.alloc(9_000_000, "<p>hello</p>\n");
    const path = await folder.write("body.part", noise);
    const ids = [kept.put(page), kept.put({ path, bytes: noise.byteLength })];
    expect(kept.put(noise)).toBe(ids[1]);
    commit(opened);
    expect(Buffer.compare(kept.get(ids[0]!), page)).toBe(0);
    expect(Buffer.compare(kept.get(ids[1]!), noise)).toBe(0);
    expect([...kept.chunks(ids[0]!)].map((chunk) => chunk.byteLength)).toEqual([
      4_194_304,
      4_194_304,
      9_000_000 - 2 * 4_194_304,
    ]);
    // The page nearly vanishes; noise takes its own size and two heads.
    expect(statSync(join(folder.path, "kept.pack")).size).toBeLessThan(5_020_000);
    expect(statSync(path).size).toBe(noise.byteLength);
  });

  test("are not kept from a file that is not there, and leave nothing of it", async () => {
    await using folder = await temporaryFolder();
    using opened = open(folder.path);
    const path = join(folder.path, "missing");
    expect(() => opened.kept.put({ path, bytes: 3 })).toThrow("ENOENT");
    const id = opened.kept.put(Buffer.from("next"));
    commit(opened);
    expect(text(opened.kept.get(id))).toBe("next");
    expect(() => opened.kept.get(id + 1)).toThrow(RangeError);
  });

  test("with any bit flipped are told as damaged, and never given", async () => {
    await using folder = await temporaryFolder();
    keepAll(folder.path, ["first", "second ".repeat(50), "third"]);
    const file = join(folder.path, "kept.pack");
    const sound = readFileSync(file);
    let told = 0;
    for (let bit = 0; bit < sound.byteLength * 8; bit += 1) {
      const bytes = Buffer.from(sound);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      writeFileSync(file, bytes);
      using opened = open(folder.path);
      const damaged = [...opened.kept.verify()].map(({ id }) => id);
      // A few bits of zstd's frame mean nothing: then the body is still what it was.
      expect(damaged.length).toBeLessThanOrEqual(1);
      told += damaged.length;
      for (const [index, body] of ["first", "second ".repeat(50), "third"].entries()) {
        const id = index + 1;
        if (damaged.includes(id)) expect(() => opened.kept.get(id)).toThrow(DamagedBody);
        else expect(text(opened.kept.get(id))).toBe(body);
      }
    }
    expect(told).toBeGreaterThan(sound.byteLength * 8 * 0.9);
  });

  test("cut at any byte of the last one lose that one alone, and say so", async () => {
    await using folder = await temporaryFolder();
    keepAll(folder.path, ["first", "second", "last one"]);
    const file = join(folder.path, "kept.pack");
    const { size } = statSync(file);
    for (let length = size - 1; length >= size - 16; length -= 1) {
      truncateSync(file, length);
      using opened = open(folder.path);
      expect([...opened.kept.verify()].map(({ id }) => id)).toEqual([3]);
      expect(text(opened.kept.get(2))).toBe("second");
      expect(() => opened.kept.get(3)).toThrow("kept answer 3 is damaged in kept.pack");
    }
  });

  test("are read while another keeps, and reading changes nothing", async () => {
    await using folder = await temporaryFolder();
    using opened = open(folder.path);
    opened.kept.put(Buffer.from("first"));
    commit(opened);
    opened.kept.put(Buffer.from("not recorded yet"));
    const before = readFileSync(join(folder.path, "kept.pack"));
    using database = new DatabaseSync(join(folder.path, "journal.db"), { readOnly: true });
    using reader = readKeptAnswers(database, folder.path)!;
    expect(text(reader.get(1))).toBe("first");
    expect(() => reader.get(2)).toThrow(RangeError);
    expect([...reader.verify()]).toEqual([]);
    expect(Buffer.compare(readFileSync(join(folder.path, "kept.pack")), before)).toBe(0);
    commit(opened);
    expect(text(reader.get(2))).toBe("not recorded yet");
  });

  test("a run that keeps none has no reader of them", async () => {
    await using folder = await temporaryFolder();
    using database = new DatabaseSync(join(folder.path, "journal.db"));
    expect(readKeptAnswers(database, folder.path)).toBeUndefined();
  });
});
