import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { startWorld, type World } from "../support/world.ts";

function urlsOf(world: World, count: number, path = "/slow/20ms/json"): readonly string[] {
  return Array.from({ length: count }, (_, index) => world.at(`${path}/${index}`));
}

test("no host has more under way than --per-host, while others use their own places", async () => {
  await using one = await startWorld();
  await using two = await startWorld();
  const list = [one, two].flatMap((world) => urlsOf(world, 30, "/together/3/json")).join("\n");
  const ended = await fanfetch("get", "--from", "-", "-j", "20", "--per-host", "3").stdin(list);
  expect(ended.exitCode).toBe(0);
  for (const world of [one, two]) {
    expect(world.seen.total).toBe(30);
    expect(world.seen.mostAtOnce()).toBe(3);
  }
});

test("one by one, what is asked again does not meet what others ask meanwhile", async () => {
  await using world = await startWorld();
  const cut = ["a", "b", "c", "d"].map((name) => world.at(`/cut-at/5kB/bytes/10kB?${name}`));
  const list = [...cut, ...urlsOf(world, 20, "/slow/40ms/json")].join("\n");
  const words = ["--per-host", "5", "--mode", "sequential", "--retries", "1", "-o", "-"];
  const ended = await fanfetch("get", "--from", "-", ...words).stdin(list);
  expect(ended.exitCode).toBe(1);
  expect(world.seen.total).toBe(28);
  expect(world.seen.mostAtOnce()).toBe(1);
});

test("all hosts together have no more under way than -j", async () => {
  await using one = await startWorld();
  await using two = await startWorld();
  const list = [...urlsOf(one, 20), ...urlsOf(two, 20)].join("\n");
  const ended = await fanfetch("get", "--from", "-", "-j", "4", "--per-host", "4").stdin(list);
  expect(ended.exitCode).toBe(0);
  const moments = [one, two].flatMap(({ seen }) =>
    seen.requests().flatMap(({ atMs, endedMs }) => [
      { atMs, change: 1 },
      { atMs: endedMs!, change: -1 },
    ]),
  );
  // Both servers are of this process: one clock. An end makes room before a start of the same moment.
  moments.sort((a, b) => a.atMs - b.atMs || a.change - b.change);
  let [now, most] = [0, 0];
  for (const { change } of moments) most = Math.max(most, (now += change));
  expect(most).toBeLessThanOrEqual(4);
  expect(most).toBeGreaterThan(1);
});

test("without a word about limits, the first six requests to a host leave at once", async () => {
  await using world = await startWorld();
  const ended = await fanfetch("get", "--from", "-").stdin(
    urlsOf(world, 60, "/together/6/json").join("\n"),
  );
  expect(ended.exitCode).toBe(0);
  expect(world.seen.mostAtOnce()).toBeGreaterThanOrEqual(6);
});

test("a server that takes four at once refuses nobody who declared four", async () => {
  await using world = await startWorld();
  const list = urlsOf(world, 40, "/at-once/4/slow/5ms/json").join("\n");
  const ended = await fanfetch("get", "--from", "-", "--per-host", "4", "--retries", "0").stdin(
    list,
  );
  expect(ended.exitCode).toBe(0);
  expect(world.seen.total).toBe(40);
});

test("departures keep the rate, for each host apart", async () => {
  await using one = await startWorld();
  await using two = await startWorld();
  const list = [...urlsOf(one, 21, "/json"), ...urlsOf(two, 21, "/json")].join("\n");
  const ended = await fanfetch("get", "--from", "-", "--rate", "20/s").stdin(list);
  expect(ended.exitCode).toBe(0);
  for (const { seen } of [one, two]) {
    const times = seen.requests().map(({ atMs }) => atMs);
    // 21 at 20 a second need a second between the first and the last; without a rate they need none.
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(500);
  }
});

test("who asks says so by name", async () => {
  await using world = await startWorld();
  await fanfetch("get", world.at("/json/1"));
  expect(world.seen.requests()[0]!.headers["user-agent"]).toMatch(/^fanfetch\/\d+\.\d+\.\d+/);
});
