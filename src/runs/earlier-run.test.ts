import { join } from "node:path";
import { crc32 } from "node:zlib";

import { expect, test } from "vitest";

import { keptRun, type Settled } from "../../test/support/kept-run.ts";
import { temporaryFolder } from "../../test/support/temp.ts";
import { createRequest } from "../core/request.ts";
import type { Task } from "../queue/queue.ts";
import { compileSaveName } from "../jobs/extract-saved.ts";
import { type EarlierRun, openEarlierRun } from "./earlier-run.ts";

function taskOf(row: number): Task {
  const request = createRequest({ url: `http://a.example/${row}` });
  return { row: { number: row, line: row, columns: [], values: [] }, request };
}

async function* tasksOf(count: number): AsyncGenerator<readonly Task[]> {
  yield Array.from({ length: count }, (_, index) => taskOf(index + 1));
}

interface Given {
  readonly rows: readonly Settled[];
  /** Contents by name, in the folder of saved files. */
  readonly files?: Readonly<Record<string, string>>;
  readonly largestInMemoryBytes?: number;
}

async function opened(given: Given, look: (earlier: EarlierRun) => Promise<void>): Promise<void> {
  await using folder = await temporaryFolder();
  const directory = join(folder.path, "run");
  {
    using run = keptRun(directory);
    run.settle(given.rows);
    run.end("finished");
  }
  for (const [name, content] of Object.entries(given.files ?? {}))
    await folder.write(name, content);
  using earlier = await openEarlierRun(directory, {
    batches: tasksOf(given.rows.length),
    saving: { root: folder.path, name: compileSaveName("{number}.txt") },
    largestInMemoryBytes: () => given.largestInMemoryBytes ?? 1_000,
    hash: "sha256",
  });
  await look(earlier);
}

const saved = (row: number, body: string): Settled => ({ row, body, checksum: crc32(body) });
const ask = (row: number) => taskOf(row).request;

test("a saved answer is given as it was, as long as its file is", async () => {
  const rows = [saved(1, "one"), saved(2, "two"), saved(3, "three"), saved(4, "four")];
  const files = { "1.txt": "one", "2.txt": "TWO", "3.txt": "three and more" };
  await opened({ rows, files }, async (earlier) => {
    const bodies = [1, 2, 3, 4].map(async (row) => (await earlier.find(ask(row))?.body()) ?? null);
    expect(await Promise.all(bodies)).toEqual([Buffer.from("one"), null, null, null]);
    expect([...earlier.paths()]).toEqual(["1.txt", "2.txt", "3.txt", "4.txt"]);
  });
});

test("a large one is lent as the file that it is", async () => {
  const given = { rows: [saved(1, "one")], files: { "1.txt": "one" }, largestInMemoryBytes: 2 };
  await opened(given, async (earlier) => {
    const body = await earlier.find(ask(1))!.body();
    expect(body).toMatchObject({ bytes: 3, checksum: crc32("one"), owner: "lent" });
    expect(body).toHaveProperty("sha256", expect.stringMatching(/^[0-9a-f]{64}$/));
  });
});

test("what was not answered, or not asked, there is nothing of", async () => {
  await opened({ rows: [{ row: 1, kind: "failed" }] }, async (earlier) => {
    expect(earlier.find(ask(1))).toBeUndefined();
    expect(earlier.find(ask(2))).toBeUndefined();
    expect([...earlier.paths()]).toEqual(["1.txt"]);
  });
});

test("an answer with redirects is that of the last URL", async () => {
  const moved = { ...saved(1, "x"), url: "http://a.example/2", redirects: ["http://a.example/1"] };
  await opened({ rows: [moved], files: { "1.txt": "x" } }, async (earlier) => {
    expect(earlier.find(ask(1))?.url).toBe("http://a.example/2");
  });
});
