import { expect, test } from "vitest";

import { urlsTo, type VirtualServer, virtualWorld } from "../support/virtual.ts";

const MINUTE_MS = 60_000;
/** 21 November 2026, 03:14:00 UTC: a time of day is told from a number of seconds. */
const BEGAN_MS = Date.UTC(2026, 10, 21, 3, 14);

/** Fields as GitHub's; the reset is a time of day in seconds. */
const fields = (remaining: number, resetWallMs: number): Record<string, string> => ({
  "x-ratelimit-limit": "60",
  "x-ratelimit-remaining": String(remaining),
  "x-ratelimit-reset": String(Math.ceil(resetWallMs / 1000)),
});

/** Lets in 60 in each five minutes, and forbids the others. */
function forbidding(): VirtualServer {
  let [openedMs, left] = [BEGAN_MS, 60];
  return (_request, { nowMs }) => {
    if (nowMs >= openedMs + 5 * MINUTE_MS) [openedMs, left] = [nowMs, 60];
    const resetMs = openedMs + 5 * MINUTE_MS;
    if (left === 0) return { afterMs: 20, status: 403, headers: fields(0, resetMs) };
    left -= 1;
    return { afterMs: 50, headers: fields(left, resetMs) };
  };
}

test("a 403 that says that a limit is used up is waited for, costs no retry and is no lack of rights", async () => {
  await using world = virtualWorld(forbidding(), { retries: 1, startMs: BEGAN_MS });
  const outcomes = await world.ask(urlsTo("a.example", 150));
  expect(world.halt.cause).toBeUndefined();
  expect(outcomes.filter(({ kind }) => kind === "answered")).toHaveLength(150);
  const refused = world.seen.filter(({ status }) => status === 403);
  expect(refused.length).toBeLessThanOrEqual(40);
  const early = world.seen.filter(
    ({ atMs }) => atMs > BEGAN_MS + 5_000 && atMs < BEGAN_MS + 5 * MINUTE_MS,
  );
  expect(early).toHaveLength(0);
});

test("a 403 that says so for longer than is waited stops the run as a quota that is gone", async () => {
  const answer = { afterMs: 20, status: 403, headers: fields(0, BEGAN_MS + 60 * MINUTE_MS) };
  await using world = virtualWorld(() => answer, { startMs: BEGAN_MS });
  await world.ask(urlsTo("a.example", 100));
  expect(world.halt.cause).toMatchObject({ reason: "quota" });
  expect(world.seen.length).toBeLessThanOrEqual(6);
});

test("a 403 with Retry-After is waited for as a 429 is", async () => {
  await using world = virtualWorld(
    (_request, { count }) =>
      count <= 2 ? { afterMs: 5, status: 403, headers: { "retry-after": "30" } } : { afterMs: 5 },
    { retries: 1 },
  );
  const [outcome] = await world.ask(urlsTo("a.example", 1));
  expect(outcome!.kind).toBe("answered");
  expect(world.seen.map(({ atMs }) => Math.floor(atMs / 1000))).toEqual([0, 30, 60]);
});

test("a 403 is a lack of rights where fields say 0 and others were let in all the same", async () => {
  await using world = virtualWorld(
    (_request, { count, nowMs }) => ({
      afterMs: 20 + count,
      status: count <= 30 ? 200 : 403,
      headers: fields(0, nowMs + 5 * MINUTE_MS),
    }),
    { startMs: BEGAN_MS },
  );
  await world.ask(urlsTo("a.example", 200));
  expect(world.halt.cause).toMatchObject({ reason: "refused", status: 403, times: 20 });
  expect(world.clock.now()).toBeLessThan(BEGAN_MS + MINUTE_MS);
});

test("a host that refuses everything without a word is asked ever more rarely; after ten minutes the run stops", async () => {
  await using world = virtualWorld(() => ({ afterMs: 20, status: 429 }));
  await world.ask(urlsTo("a.example", 100));
  expect(world.halt.cause).toMatchObject({ reason: "quota", host: "http://a.example" });
  const { refusedForMs } = world.halt.cause as { readonly refusedForMs: number };
  expect(refusedForMs).toBeGreaterThanOrEqual(10 * MINUTE_MS);
  expect(refusedForMs).toBeLessThan(12 * MINUTE_MS);
  expect(world.seen.length).toBeLessThan(60);
});

test("whoever waits for quotas loses no row to a host that refuses for hours", async () => {
  await using world = virtualWorld(
    (_request, { nowMs }) => ({ afterMs: 20, status: nowMs < 300 * MINUTE_MS ? 429 : 200 }),
    { whenQuotaIsGone: "wait", stepMs: 5_000 },
  );
  const [outcome] = await world.ask(urlsTo("a.example", 1));
  expect(outcome!.kind).toBe("answered");
  expect(world.seen.length).toBeGreaterThan(200);
});

test("whoever waits for quotas goes on asking it, once a minute", async () => {
  await using world = virtualWorld(
    (_request, { nowMs }) => ({ afterMs: 20, status: nowMs < 90 * MINUTE_MS ? 429 : 200 }),
    { whenQuotaIsGone: "wait", stepMs: 1_000 },
  );
  const outcomes = await world.ask(urlsTo("a.example", 20));
  expect(world.halt.cause).toBeUndefined();
  expect(outcomes.filter(({ kind }) => kind === "answered")).toHaveLength(20);
  const late = world.seen.filter(({ atMs }) => atMs > 60 * MINUTE_MS && atMs < 90 * MINUTE_MS);
  expect(late.length).toBeGreaterThan(20);
  expect(late.length).toBeLessThanOrEqual(31);
});
