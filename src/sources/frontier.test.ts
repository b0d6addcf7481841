import { expect, test } from "vitest";

import type { FoundLink } from "./frontier-line.ts";
import type { FrontierStore } from "./frontier-store.ts";
import { createMemoryStore } from "./frontier-store.ts";
import { type Frontier, type FrontierOptions, openFrontier } from "./frontier.ts";

function link(url: string, depth = 0, position = 1): FoundLink {
  return { url, kind: "page", depth, title: "", position };
}

/** A store as a file is: what was written is there for whoever opens it next. */
function createFile(bytes: { all: Buffer } = { all: Buffer.alloc(0) }): FrontierStore {
  return {
    size: bytes.all.length,
    async append(more) {
      bytes.all = Buffer.concat([bytes.all, more]);
    },
    read: async (start, end) => bytes.all.subarray(start, end),
  };
}

function open(options: Partial<FrontierOptions> = {}, store = createMemoryStore()) {
  return openFrontier(store, {
    starts: [link("http://a/")],
    isDone: () => false,
    levels: "as they come",
    links: "the first to each",
    ...options,
  });
}

/** Reads rows on demand. */
function readerOf(frontier: Frontier) {
  const rows = frontier.batches[Symbol.asyncIterator]();
  return async () => {
    const next = await rows.next();
    return next.done === true
      ? undefined
      : next.value.map(({ number, values }) => [number, values[0]]);
  };
}

/** Whether a promise is still open once everything else is done. */
async function isWaiting(promise: Promise<unknown>): Promise<boolean> {
  let state = "waiting";
  void promise.then(() => (state = "over"));
  for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
  return state === "waiting";
}

test("it ends when nothing is owed and nothing is out, and not before", async () => {
  const frontier = await open();
  const next = readerOf(frontier);
  expect(await next()).toEqual([[1, "http://a/"]]);
  const second = next();
  expect(await isWaiting(second)).toBe(true);
  expect(frontier.add([link("http://a/1", 1), link("http://a/2", 1)], 1)).toBe(2);
  frontier.settled(1);
  expect(await second).toEqual([
    [2, "http://a/1"],
    [3, "http://a/2"],
  ]);
  frontier.settled(2);
  const last = next();
  expect(await isWaiting(last)).toBe(true);
  expect(frontier.isWhole).toBe(false);
  frontier.settled(3);
  expect(await last).toBeUndefined();
  expect(frontier.isWhole).toBe(true);
});

test("a URL becomes a row once, wherever it is found", async () => {
  const frontier = await open();
  const next = readerOf(frontier);
  await next();
  expect(frontier.add([link("http://a/1"), link("http://a/1"), link("http://a/")], 1)).toBe(1);
  frontier.settled(1);
  expect(await next()).toEqual([[2, "http://a/1"]]);
});

test("what a row is sent on to is its own, and nobody else's", async () => {
  const frontier = await open();
  const next = readerOf(frontier);
  await next();
  expect(frontier.claim("http://a/new", 1)).toBe("free");
  expect(frontier.claim("http://a/new", 1)).toBe("free");
  expect(frontier.claim("http://a/new", 2)).toBe("seen");
  expect(frontier.add([link("http://a/new")], 1)).toBe(0);
});

test("a level is begun when the one before has ended, where depths are to be the shortest", async () => {
  const frontier = await open({
    starts: [link("http://a/"), link("http://b/")],
    levels: "one after the other",
  });
  const next = readerOf(frontier);
  expect((await next())?.length).toBe(2);
  frontier.add([link("http://a/1", 1)], 1);
  frontier.settled(1);
  const deeper = next();
  expect(await isWaiting(deeper)).toBe(true);
  frontier.settled(2);
  expect(await deeper).toEqual([[3, "http://a/1"]]);
});

test("it goes on from what a store has: numbers are the same, and nothing is found twice", async () => {
  const bytes = { all: Buffer.alloc(0) };
  const before = await open({}, createFile(bytes));
  const first = readerOf(before);
  await first();
  before.claim("http://a/moved", 1);
  before.add([link("http://a/1", 1), link("http://a/2", 1)], 1);
  before.settled(1);
  before.flush();
  await isWaiting(new Promise(() => {}));

  const aliases: string[] = [];
  const frontier = await open(
    { isDone: (row) => row <= 2, onAlias: (url, row) => aliases.push(`${row} ${url}`) },
    createFile(bytes),
  );
  expect(aliases).toEqual(["1 http://a/moved"]);
  expect(frontier.add([link("http://a/1", 1), link("http://a/moved", 1)], 1)).toBe(0);
  expect(frontier.claim("http://a/moved", 3)).toBe("seen");
  const next = readerOf(frontier);
  expect(await next()).toEqual([
    [1, "http://a/"],
    [2, "http://a/1"],
    [3, "http://a/2"],
  ]);
  frontier.settled(3);
  expect(await next()).toBeUndefined();
});

test("a row that a kill left owed may be led where it was led before", async () => {
  const bytes = { all: Buffer.alloc(0) };
  const before = await open({}, createFile(bytes));
  await readerOf(before)();
  before.claim("http://a/moved", 1);
  before.settled(1);
  before.flush();
  const frontier = await open({}, createFile(bytes));
  expect(frontier.claim("http://a/moved", 1)).toBe("free");
  expect(frontier.claim("http://a/moved", 2)).toBe("seen");
});

test("stopped, it ends at once and says that it is not whole", async () => {
  const frontier = await open();
  const stop = new AbortController();
  frontier.stopOn(stop.signal);
  const next = readerOf(frontier);
  await next();
  const waiting = next();
  stop.abort();
  expect(await waiting).toBeUndefined();
  expect(frontier.isWhole).toBe(false);
});

test("a store that fails ends it with that error", async () => {
  const store = { ...createMemoryStore(), append: () => Promise.reject(new Error("full")) };
  const next = readerOf(await open({}, store));
  await expect(next()).rejects.toThrow("full");
});

test("100,000 links are known again, in order", async () => {
  const frontier = await open({ starts: [] });
  const links = Array.from({ length: 100_000 }, (_, index) => link(`http://a/${index}`));
  expect(frontier.add(links, 0)).toBe(100_000);
  expect(frontier.add(links, 0)).toBe(0);
  const rows = frontier.batches[Symbol.asyncIterator]();
  let count = 0;
  while (count < 100_000) {
    const next = await rows.next();
    for (const row of next.value!) {
      expect(row.values[0]).toBe(`http://a/${count}`);
      count += 1;
      frontier.settled(row.number);
    }
  }
  expect((await rows.next()).done).toBe(true);
});
