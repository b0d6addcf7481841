import type { IncomingMessage } from "node:http";

import { expect, test } from "vitest";

import { createSeen } from "./seen.ts";

function asked(url: string, rawHeaders: string[] = []): IncomingMessage {
  return { method: "GET", url, rawHeaders } as unknown as IncomingMessage;
}

test("requests are counted by path and query", () => {
  const seen = createSeen();
  for (const url of ["/a?x=1", "/a?x=2", "/a?x=1"]) seen.arrive(asked(url), 0);
  expect(seen.total).toBe(3);
  expect(seen.distinct).toBe(2);
  expect(seen.timesAsked("/a?x=1")).toBe(2);
  expect(seen.timesAsked("http://127.0.0.1:1/a?x=2")).toBe(1);
  expect(seen.timesAsked("/b")).toBe(0);
});

test("most at once counts what overlaps, by path too", () => {
  const seen = createSeen();
  const first = seen.arrive(asked("/a"), 0);
  const second = seen.arrive(asked("/b"), 1);
  seen.end(first, 2);
  const third = seen.arrive(asked("/a"), 2);
  expect(seen.inFlight).toBe(2);
  seen.end(second, 3);
  seen.end(third, 3);
  seen.end(third, 9);
  seen.arrive(asked("/a"), 4);
  expect(seen.mostAtOnce()).toBe(2);
  expect(seen.mostAtOnce("/a")).toBe(1);
  expect(seen.inFlight).toBe(1);
});

test("the peak of a second slides with the arrivals", () => {
  const seen = createSeen();
  for (const atMs of [0, 900, 950, 1899, 1900]) seen.arrive(asked("/"), atMs);
  expect(seen.perSecondPeak()).toBe(3);
});

test("only the last details are kept, in their order, and incomplete ones are not counted on", () => {
  const seen = createSeen({ details: 3 });
  for (let index = 0; index < 8; index += 1) seen.arrive(asked(`/${index}`), index);
  expect(seen.requests().map(({ target }) => target)).toEqual(["/5", "/6", "/7"]);
  expect(seen.total).toBe(8);
  expect(seen.timesAsked("/0")).toBe(1);
  expect(() => seen.mostAtOnce()).toThrow(RangeError);
  expect(() => seen.perSecondPeak()).toThrow(RangeError);
});

test("too many targets to count are told, not guessed", () => {
  const seen = createSeen({ targets: 2 });
  for (const url of ["/1", "/2", "/1", "/3"]) seen.arrive(asked(url), 0);
  expect(() => seen.timesAsked("/1")).toThrow(RangeError);
  expect(() => seen.distinct).toThrow(RangeError);
});

test("who waits for a number of requests hears of it when they arrived", async () => {
  const seen = createSeen();
  const heard: string[] = [];
  const two = seen.reached(2).then(() => heard.push("two"));
  seen.arrive(asked("/"), 0);
  await seen.reached(1);
  expect(heard).toEqual([]);
  seen.arrive(asked("/"), 0);
  await two;
  expect(heard).toEqual(["two"]);
});

test("header names that mean something to objects mean nothing here", () => {
  const seen = createSeen();
  const request = seen.arrive(asked("/", ["__proto__", "x", "A", "1", "a", "2"]), 0);
  expect(Object.keys(request.headers)).toEqual(["__proto__", "a"]);
  expect(request.headers["a"]).toBe("1, 2");
});

test("requests with equal headers share them in memory", () => {
  const seen = createSeen();
  const first = seen.arrive(asked("/1", ["a", "1"]), 0);
  const second = seen.arrive(asked("/2", ["a", "1"]), 0);
  const third = seen.arrive(asked("/3", ["a", "2"]), 0);
  expect(second.rawHeaders).toBe(first.rawHeaders);
  expect(third.rawHeaders).toEqual(["a", "2"]);
});

test("after forgetting, what is under way stays in flight", () => {
  const seen = createSeen();
  const old = seen.arrive(asked("/"), 0);
  seen.forget();
  expect(seen.total).toBe(0);
  expect(seen.inFlight).toBe(1);
  seen.end(old, 1);
  expect(seen.inFlight).toBe(0);
});
