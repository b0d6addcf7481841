import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";

import { openQuestionIndex } from "./question-index.ts";

/** How long a pack is. */
const LONG = 67_108_864;

function rowsOf(database: DatabaseSync): unknown {
  return database.prepare("SELECT count(*) AS rows FROM seen").get()!["rows"];
}

test("hashes wait in memory, and are indexed once their places are recorded", () => {
  using database = new DatabaseSync(":memory:");
  const index = openQuestionIndex(database);
  for (let entry = 0; entry < 99_999; entry += 1) index.set(entry % 7, -entry, entry * 30);
  index.record(3_000_000);
  expect([rowsOf(database), index.waiting, index.indexedBytes]).toEqual([0, 99_999, 0]);
  index.set(-1, -1, 3_000_000);
  index.record(3_000_030, () => 3_000_030);
  expect([rowsOf(database), index.waiting, index.indexedBytes]).toEqual([100_000, 0, 3_000_030]);
  index.set(-1, -2, 3_000_030);
  index.record(3_000_030 + LONG - 1);
  expect([index.waiting, index.indexedBytes]).toEqual([1, 3_000_030]);
  index.record(3_000_030 + LONG, () => LONG);
  expect([index.waiting, index.indexedBytes]).toEqual([0, LONG]);
  const places = [index.get(-1, -1), index.get(-1, -2), index.get(49_998 % 7, -49_998)];
  expect(places).toEqual([3_000_000, 3_000_030, 49_998 * 30]);
  expect(index.get(49_998 % 7, 49_998)).toBeUndefined();
});

test("an index that is opened again knows what was indexed, and how far", () => {
  using database = new DatabaseSync(":memory:");
  const first = openQuestionIndex(database);
  first.set(2_147_483_647, -2_147_483_648, 17);
  first.record(LONG, () => LONG);
  first.set(3, 4, LONG);
  first.record(LONG + 50);
  const again = openQuestionIndex(database);
  expect([again.recordedBytes, again.indexedBytes]).toEqual([LONG + 50, LONG]);
  expect(again.get(2_147_483_647, -2_147_483_648)).toBe(17);
  expect(again.get(3, 4)).toBeUndefined();
  expect([...again.hashes()].flatMap((batch) => [...batch])).toEqual([
    2_147_483_647, -2_147_483_648,
  ]);
});

test("the latest place of a hash counts, whether the earlier one waits or is indexed", () => {
  using database = new DatabaseSync(":memory:");
  const index = openQuestionIndex(database);
  index.set(1, 1, 10);
  index.set(1, 1, 20);
  expect(index.get(1, 1)).toBe(20);
  index.record(LONG, () => LONG);
  index.set(1, 1, 30);
  expect(index.get(1, 1)).toBe(30);
  index.record(2 * LONG, () => 2 * LONG);
  expect([index.get(1, 1), index.waiting, rowsOf(database)]).toEqual([30, 0, 1]);
});

test("an index that was cleared is as new", () => {
  using database = new DatabaseSync(":memory:");
  const index = openQuestionIndex(database);
  index.set(1, 1, 10);
  index.record(LONG, () => LONG);
  index.set(2, 2, LONG);
  index.clear();
  expect([index.get(1, 1), index.get(2, 2), index.recordedBytes, index.indexedBytes]).toEqual([
    undefined,
    undefined,
    0,
    0,
  ]);
  expect(openQuestionIndex(database).recordedBytes).toBe(0);
});
