import { expect, test } from "vitest";

import { didYouMean, nearest, whatThereIs } from "./nearest.ts";

test.each([
  ["nmae", ["city", "name"], "name"],
  ["eech", ["for", "each", "save"], "each"],
  ["naem", ["game", "name"], "name"],
  ["NAME", ["Nama", "name", "nAME"], "nAME"],
  ["concurency", ["per-host", "concurrency"], "concurrency"],
  ["id", ["i", "url"], "i"],
])("%s among %j is %s", (word, candidates, expected) => {
  expect(nearest(word, candidates)).toBe(expected);
});

test.each([
  ["x", ["name", "city"]],
  ["population", ["name", "pop"]],
  ["anything", []],
  ["constructor", ["name"]],
])("%s has no neighbour among %j", (word, candidates) => {
  expect(nearest(word, candidates)).toBeUndefined();
});

test("a word of one or two letters is one edit from its neighbour, not two", () => {
  expect(nearest("ab", ["cd"])).toBeUndefined();
  expect(nearest("ab", ["ba"])).toBe("ba");
});

test("the ending of a sentence names the neighbour or is empty", () => {
  expect(didYouMean("nmae", ["name"])).toBe('; did you mean "name"?');
  expect(didYouMean("zzz", ["name"])).toBe("");
});

test("where none is near, the ending tells what there is", () => {
  expect(whatThereIs("nmae", ["name", "id"])).toBe('; did you mean "name"?');
  expect(whatThereIs("zzz", ["name", "id"])).toBe('; there is "name", "id"');
  expect(whatThereIs("zzz", [])).toBe("");
  expect(whatThereIs("zzz", "abcdefghi".split(""))).toMatch(/"g", "h", …$/);
});

test("a very long word costs no more than its own length allows", () => {
  expect(nearest("a".repeat(100_000), ["b".repeat(100), "name"])).toBeUndefined();
});
