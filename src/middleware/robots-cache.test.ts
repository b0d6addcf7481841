import { expect, test } from "vitest";

import { parseRobotsTxt } from "../protocol/robots-txt.ts";
import { RobotsCache } from "./robots-cache.ts";

/** Robots of 10,000 rules: some 2.5 MB, as memory is counted. */
const LARGE = {
  robots: parseRobotsTxt(`User-agent: *\n${"Disallow: /x\n".repeat(10_000)}`, "a"),
  untilMs: 0,
};
const SMALL = { robots: parseRobotsTxt("", "a"), untilMs: 0 };

test("copies take bounded memory, and the oldest goes first", () => {
  const cache = new RobotsCache<object>();
  for (let n = 0; n < 30; n += 1) cache.end(`http://${n}.example`, {}, LARGE);
  const known = Array.from(
    { length: 30 },
    (_, n) => cache.copy(`http://${n}.example`) !== undefined,
  );
  expect(known.filter(Boolean)).toHaveLength(13);
  expect(known.slice(-13).every(Boolean)).toBe(true);
});

test("a copy that replaces another is counted once and becomes the youngest", () => {
  const cache = new RobotsCache<object>();
  for (let n = 0; n < 1_000; n += 1) cache.end("http://a.example", {}, LARGE);
  for (let n = 0; n < 14; n += 1) {
    if (n === 6) cache.end("http://a.example", {}, SMALL);
    cache.end(`http://${n}.example`, {}, LARGE);
  }
  expect(cache.copy("http://a.example")).toBe(SMALL);
  expect(cache.copy("http://0.example")).toBe(undefined);
});

test("the copy that came last is kept, however large", () => {
  const cache = new RobotsCache<object>();
  const robots = { ...LARGE.robots, rules: 1e9 };
  cache.end("http://a.example", {}, SMALL);
  cache.end("http://b.example", {}, { robots, untilMs: 0 });
  expect(cache.copy("http://a.example")).toBeUndefined();
  expect(cache.copy("http://b.example")?.robots).toBe(robots);
});

test("a fetch ends only itself", () => {
  const cache = new RobotsCache<object>();
  const [first, second] = [{}, {}];
  cache.begin("http://a.example", first);
  cache.begin("http://a.example", second);
  cache.end("http://a.example", first);
  expect(cache.pending("http://a.example")).toBe(second);
  cache.end("http://a.example", second, SMALL);
  expect(cache.pending("http://a.example")).toBeUndefined();
  expect(cache.copy("http://a.example")).toBe(SMALL);
});
