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
import { createCall } from "../core/call.ts";
import { createRequest } from "../core/request.ts";
import type { StoredAnswer } from "../middleware/answer-store.ts";
import type { Archive } from "../middleware/archive.ts";
import { once } from "../middleware/once.ts";
import { QuestionHash } from "../middleware/question-hash.ts";
import { createScriptedTransport } from "../transport/scripted.ts";
import { openAnswerArchive, type AnswerArchive } from "./answer-archive.ts";
import { createAnswerPack } from "./answer-pack.ts";
import { BloomFilter } from "./bloom-filter.ts";

/** A run's directory that is open. */
interface Opened extends Disposable {
  readonly archive: AnswerArchive;
  readonly database: DatabaseSync;
  readonly directory: string;
}

function open(directory: string): Opened {
  mkdirSync(directory, { recursive: true });
  const database = new DatabaseSync(join(directory, "journal.db"));
  // Nothing here is to survive a power cut.
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF");
  const archive = openAnswerArchive(database, directory);
  return {
    archive,
    database,
    directory,
    [Symbol.dispose]: () => {
      archive[Symbol.dispose]();
      database.close();
    },
  };
}

const hash = new QuestionHash([5, 6]);

function answerOf(body: string): StoredAnswer {
  return { status: 200, contentType: "text/plain", bytes: Buffer.from(body) };
}

/** Appends a group of questions and answers. */
function append(archive: AnswerArchive, group: Iterable<readonly [string, string]>): void {
  const pack = createAnswerPack();
  for (const [question, body] of group) {
    hash.take(question);
    pack.add(question, hash.high, hash.low, answerOf(body));
  }
  for (const bytes of pack.take()) archive.append(bytes);
  archive.sync();
}

function commit({ archive, database }: Opened): void {
  database.exec("BEGIN");
  archive.record();
  database.exec("COMMIT");
}

function find(archive: AnswerArchive, question: string): string | undefined {
  hash.take(question);
  const answer = archive.find(question, hash.high, hash.low);
  return answer === undefined ? undefined : Buffer.from(answer.bytes).toString();
}

function hashesOf(archive: AnswerArchive): ReadonlySet<string> {
  const all = new Set<string>();
  for (const batch of archive.hashes()) {
    for (let index = 0; index < batch.length; index += 2) {
      all.add(`${batch[index]} ${batch[index + 1]}`);
    }
  }
  return all;
}

function hashedSet(questions: Iterable<string>): ReadonlySet<string> {
  return new Set(
    [...questions].map((question) => {
      hash.take(question);
      return `${hash.high} ${hash.low}`;
    }),
  );
}

/** What a killed process leaves: the directory as it is, with some bytes of a write that was under way. */
function killed(directory: string, into: string, tail: Uint8Array): string {
  cpSync(directory, into, { recursive: true });
  appendFileSync(join(into, "answers.pack"), tail);
  return into;
}

describe("an archive of answers", () => {
  test("is what a map would be, killed and opened again however often", async () => {
    const name = fc.integer({ min: 0, max: 30 }).map((number) => `http://a.example/${number}`);
    const group = fc.array(fc.tuple(name, fc.string({ unit: "grapheme", maxLength: 40 })), {
      maxLength: 6,
    });
    const step = fc.record({
      group,
      ends: fc.constantFrom("committed", "committed", "killed", "killed early", "killed late"),
      tail: fc.uint8Array({ maxLength: 80 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        await using folder = await temporaryFolder();
        let opened = open(join(folder.path, "run"));
        const held = new Map<string, string>();
        try {
          for (const [index, { group: answers, ends, tail }] of steps.entries()) {
            append(opened.archive, answers);
            // What was appended outlives its process, recorded or not.
            for (const [question, body] of answers) held.set(question, body);
            if (ends === "killed late") {
              opened.database.exec("BEGIN");
              opened.archive.record();
            } else if (ends !== "killed early") commit(opened);
            if (ends !== "committed") {
              const copy = killed(opened.directory, join(folder.path, `copy-${index}`), tail);
              opened[Symbol.dispose]();
              opened = open(copy);
            }
            for (let number = 0; number <= 30; number += 1) {
              const question = `http://a.example/${number}`;
              expect(find(opened.archive, question)).toBe(held.get(question));
            }
            expect(hashesOf(opened.archive)).toEqual(hashedSet(held.keys()));
          }
        } finally {
          opened[Symbol.dispose]();
        }
      }),
      { numRuns: 25 },
    );
  });

  test("finds what is not recorded yet, and keeps the whole answer", async () => {
    await using folder = await temporaryFolder();
    using opened = open(folder.path);
    const body = Buffer.alloc(65_536, "0123456789");
    const pack = createAnswerPack();
    pack.add("q", -1, -2, { status: 404, contentType: undefined, bytes: body });
    for (const bytes of pack.take()) opened.archive.append(bytes);
    const answer = opened.archive.find("q", -1, -2)!;
    expect([answer.status, answer.contentType, Buffer.compare(answer.bytes, body)]).toEqual([
      404,
      undefined,
      0,
    ]);
  });

  test("finds the latest of what waits, however often it is asked", async () => {
    await using folder = await temporaryFolder();
    using opened = open(folder.path);
    append(opened.archive, [
      ["q", "1"],
      ["r", "2"],
      ["q", "3"],
    ]);
    for (let time = 0; time < 40; time += 1) {
      append(opened.archive, [[`other ${time}`, "-"]]);
      expect(find(opened.archive, "q")).toBe("3");
      expect(find(opened.archive, "r")).toBe("2");
      expect(find(opened.archive, "never asked")).toBeUndefined();
    }
  });

  test("tells two questions of one hash apart", async () => {
    await using folder = await temporaryFolder();
    using opened = open(folder.path);
    const pack = createAnswerPack();
    pack.add("one", 1, 1, answerOf("1"));
    for (const bytes of pack.take()) opened.archive.append(bytes);
    expect(opened.archive.find("other", 1, 1)).toBeUndefined();
    expect(opened.archive.damaged).toBe(0);
  });

  test("sorts many into its table, and still holds them and the rest after a kill", async () => {
    await using folder = await temporaryFolder();
    const count = 152_500;
    {
      const directory = join(folder.path, "run");
      using opened = open(directory);
      for (let first = 0; first < count; first += 3_000) {
        const group = Array.from({ length: 3_000 }, (_, index) => `q${first + index}`);
        append(
          opened.archive,
          group.map((question) => [question, `answer to ${question}`] as const),
        );
        commit(opened);
      }
      const indexed = opened.database.prepare("SELECT count(*) AS rows FROM seen").get()!["rows"];
      // The oldest of them.
      expect(indexed).toBe(100_000);
      killed(directory, join(folder.path, "copy"), Buffer.from("torn"));
    }
    using opened = open(join(folder.path, "copy"));
    for (let index = 0; index < 153_000; index += 740) {
      expect(find(opened.archive, `q${index}`)).toBe(`answer to q${index}`);
    }
    expect(find(opened.archive, "q153000")).toBeUndefined();
    expect(hashesOf(opened.archive).size).toBe(153_000);
    // The torn write behind them.
    expect(opened.archive.damaged).toBe(1);
  });

  test("behind once, a run and its resumption ask each question one time", async () => {
    await using folder = await temporaryFolder();
    const transport = createScriptedTransport((request) => ({ body: request.target }));
    for (let run = 0; run < 3; run += 1) {
      using opened = open(folder.path);
      const filter = new BloomFilter();
      for (const batch of opened.archive.hashes()) filter.addAll(batch);
      const pack = createAnswerPack();
      const archive: Archive = {
        mayHave: (high, low) => filter.mayHave(high, low),
        find: async (question, high, low) => opened.archive.find(question, high, low),
        keep: (question, high, low, answer) => {
          if (!pack.add(question, high, low, answer)) return;
          filter.add(high, low);
          for (const bytes of pack.take()) opened.archive.append(bytes);
        },
      };
      const send = once({ archive, seed: [8, 9], mostAnswers: 10 })(transport.send);
      for (let row = 0; row < 100; row += 1) {
        const url = `http://a.example/${(row * 11 + run) % (40 + run)}`;
        const response = await send(createRequest({ url }), createCall());
        expect(response.text()).toBe(new URL(url).pathname);
      }
      commit(opened);
    }
    expect(transport.asked).toHaveLength(42);
  });

  test("cut at any byte of its last entry finds all but that one", async () => {
    await using folder = await temporaryFolder();
    const lengths: number[] = [];
    const file = join(folder.path, "answers.pack");
    {
      using opened = open(folder.path);
      for (const question of ["first", "second", "last"]) {
        append(opened.archive, [[question, `answer to ${question}`]]);
        commit(opened);
        lengths.push(statSync(file).size);
      }
    }
    for (let length = lengths[2]! - 1; length >= lengths[1]!; length -= 1) {
      truncateSync(file, length);
      using opened = open(folder.path);
      expect(find(opened.archive, "last")).toBeUndefined();
      expect(find(opened.archive, "first")).toBe("answer to first");
      expect(find(opened.archive, "second")).toBe("answer to second");
      expect(opened.archive.damaged).toBe(length === lengths[1] ? 0 : 1);
    }
    using opened = open(folder.path);
    append(opened.archive, [["last", "asked again"]]);
    commit(opened);
    expect(find(opened.archive, "last")).toBe("asked again");
  });

  test("with any bit flipped gives no wrong answer, and all others", async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, "answers.pack");
    const questions = ["first", "second", "third"];
    {
      using opened = open(folder.path);
      append(
        opened.archive,
        questions.map((question) => [question, `an answer to ${question}`] as const),
      );
      commit(opened);
    }
    const sound = readFileSync(file);
    for (let bit = 0; bit < sound.byteLength * 8; bit += 3) {
      const bytes = Buffer.from(sound);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      writeFileSync(file, bytes);
      using opened = open(folder.path);
      const found = questions.map((question) => find(opened.archive, question));
      const right = questions.map((question) => `an answer to ${question}`);
      expect(found.filter((answer, index) => answer !== right[index])).toEqual([undefined]);
      expect(opened.archive.damaged).toBe(1);
    }
    writeFileSync(file, sound);
    using opened = open(folder.path);
    // Damage while it is open: the index leads there, the checksum does not agree.
    sound[sound.byteLength - 1]! ^= 1;
    writeFileSync(file, sound);
    expect(find(opened.archive, "third")).toBeUndefined();
    expect(opened.archive.damaged).toBe(1);
    append(opened.archive, [["third", "asked again"]]);
    expect(find(opened.archive, "third")).toBe("asked again");
  });

  test("whose file was lost finds nothing and goes on", async () => {
    await using folder = await temporaryFolder();
    {
      using opened = open(folder.path);
      append(opened.archive, [["q", "1"]]);
      commit(opened);
    }
    writeFileSync(join(folder.path, "answers.pack"), "");
    {
      using opened = open(folder.path);
      expect(find(opened.archive, "q")).toBeUndefined();
      append(opened.archive, [["q", "2"]]);
      commit(opened);
    }
    using opened = open(folder.path);
    expect(find(opened.archive, "q")).toBe("2");
  });

  test("refuses what is no pack, and is as it was", async () => {
    await using folder = await temporaryFolder();
    using opened = open(folder.path);
    append(opened.archive, [["q", "1"]]);
    expect(() => opened.archive.append(Buffer.from("no pack of answers"))).toThrow(RangeError);
    expect(() => opened.archive.append(Buffer.alloc(100))).toThrow(RangeError);
    commit(opened);
    expect(find(opened.archive, "q")).toBe("1");
  });

  test("that is dropped leaves no file and no rows, and a new one begins", async () => {
    await using folder = await temporaryFolder();
    {
      const opened = open(folder.path);
      append(opened.archive, [["q", "1"]]);
      commit(opened);
      opened.archive.forget();
      opened.archive.remove();
      opened.database.close();
    }
    expect((await folder.names()).filter((name) => name.endsWith(".pack"))).toEqual([]);
    using opened = open(folder.path);
    expect(find(opened.archive, "q")).toBeUndefined();
    expect(hashesOf(opened.archive).size).toBe(0);
  });
});
