import { expect, test } from "vitest";

import { sharedBodies } from "./shared-bodies.ts";

test("shared bodies are what they were, in one piece of memory", () => {
  const body = Buffer.from("a part of something larger").subarray(2, 6);
  const shared = sharedBodies([
    [3, body],
    [5, new Uint8Array(0)],
    [9, Uint8Array.of(255, 0)],
  ]);
  expect(shared.map(([index, bytes]) => [index, [...bytes]])).toEqual([
    [3, [...Buffer.from("part")]],
    [5, []],
    [9, [255, 0]],
  ]);
  expect(new Set(shared.map(([, { buffer }]) => buffer))).toEqual(new Set([shared[0]![1].buffer]));
  expect(shared[0]![1].buffer).toBeInstanceOf(SharedArrayBuffer);
});

test("no bodies take no memory", () => {
  expect(sharedBodies([])).toEqual([]);
});
