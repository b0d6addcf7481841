import { expect, test } from "vitest";

import type { RunEvent } from "../../src/core/event.ts";
import { limitModelOf } from "../../src/rehearsal/limit-model.ts";
import { fanfetch } from "../support/cli.ts";
import {
  limitedBy,
  urlsTo,
  type VirtualServer,
  type VirtualSight,
  virtualWorld,
} from "../support/virtual.ts";
import { startWorld } from "../support/world.ts";

/** 21 November 2026, 03:14:00 UTC. */
const BEGAN_MS = Date.UTC(2026, 10, 21, 3, 14);
const HOUR_MS = 3_600_000;

/** Answers in 300 ms, except that the 20th request is refused at once with these fields. */
function refusesThe20th(headers: (nowMs: number) => Record<string, string>): VirtualServer {
  return (_request, { count, nowMs }) =>
    count === 20 ? { afterMs: 5, status: 429, headers: headers(nowMs) } : { afterMs: 300 };
}

/** From the one refusal to the next departure, and how many of those under way ended meanwhile. */
function pauseIn(seen: readonly VirtualSight[]): { readonly ms: number; readonly landed: number } {
  const refusedMs = seen.find(({ status }) => status === 429)!.endedMs!;
  const next = seen.find(({ atMs }) => atMs > refusedMs)!;
  const landed = seen.filter(
    ({ endedMs, status }) => status === 200 && endedMs! > refusedMs && endedMs! < next.atMs,
  );
  return { ms: next.atMs - refusedMs, landed: landed.length };
}

test("51 a 429 with Retry-After holds its host for that long; what is under way ends", async () => {
  await using world = virtualWorld(refusesThe20th(() => ({ "retry-after": "7" })));
  const outcomes = await world.ask(urlsTo("a.example", 200));
  expect(outcomes.filter(({ kind }) => kind === "answered")).toHaveLength(200);
  const { ms, landed } = pauseIn(world.seen);
  expect(ms).toBeGreaterThanOrEqual(7_000);
  expect(ms).toBeLessThanOrEqual(8_000);
  expect(landed).toBeGreaterThan(3);
});

test("51 waiting as a server asked costs no attempt", async () => {
  await using world = virtualWorld(
    (_request, { count }) =>
      count <= 5 ? { afterMs: 5, status: 429, headers: { "retry-after": "2" } } : { afterMs: 5 },
    { retries: 1 },
  );
  const [outcome] = await world.ask(urlsTo("a.example", 1));
  expect(outcome!.kind).toBe("answered");
  expect(world.seen).toHaveLength(6);
});

const DATES: ReadonlyMap<string, (at: Date) => string> = new Map([
  ["IMF-fixdate", (at) => at.toUTCString()],
  ["RFC 850", (at) => `Saturday, 21-Nov-26 ${at.toISOString().slice(11, 19)} GMT`],
  ["asctime", (at) => `Sat Nov 21 ${at.toISOString().slice(11, 19)} 2026`],
]);

for (const [form, textOf] of DATES) {
  for (const offMs of [-HOUR_MS, 0, HOUR_MS]) {
    test(`52 a date as ${form} by a clock that is ${offMs / HOUR_MS} h off is a wait from the reply's own Date`, async () => {
      const server = refusesThe20th((nowMs) => ({
        date: new Date(nowMs + offMs).toUTCString(),
        "retry-after": textOf(new Date(nowMs + offMs + 7_000)),
      }));
      await using world = virtualWorld(server, { startMs: BEGAN_MS });
      const outcomes = await world.ask(urlsTo("a.example", 60));
      expect(outcomes.filter(({ kind }) => kind === "answered")).toHaveLength(60);
      // Dates have whole seconds, so it may be one less than was meant, and one more.
      const { ms } = pauseIn(world.seen);
      expect(ms).toBeGreaterThanOrEqual(6_000);
      expect(ms).toBeLessThanOrEqual(8_000);
    });
  }
}

test("53 waits after a 429 without Retry-After are spread over a doubling range", async () => {
  const waits: number[][] = [[], [], [], [], []];
  for (let seed = 1; seed <= 40; seed += 1) {
    await using world = virtualWorld(
      (_request, { count }) => (count <= 5 ? { afterMs: 0, status: 429 } : { afterMs: 0 }),
      { seed },
    );
    const [outcome] = await world.ask(urlsTo("a.example", 1));
    expect(outcome!.kind).toBe("answered");
    for (const event of world.events) {
      if (event.type !== "retry") continue;
      const turn = world.events.filter((one) => one.type === "retry").indexOf(event);
      waits[turn]!.push(event.delayMs);
    }
  }
  for (const [turn, list] of waits.entries()) {
    const mostMs = 200 * 2 ** turn;
    const mean = list.reduce((sum, ms) => sum + ms, 0) / list.length;
    expect(Math.max(...list)).toBeLessThanOrEqual(mostMs);
    expect(Math.min(...list)).toBeLessThan(0.2 * mostMs);
    expect(mean).toBeGreaterThan(0.35 * mostMs);
    expect(mean).toBeLessThan(0.65 * mostMs);
  }
});

test("53 where all that are under way are refused, at most half as many leave until one is let in again", async () => {
  const [fromMs, toMs] = [3_000, 5_000];
  await using world = virtualWorld(
    (_request, { nowMs }) =>
      nowMs >= fromMs && nowMs < toMs ? { afterMs: 100, status: 429 } : { afterMs: 100 },
    { limits: { perHost: 16 } },
  );
  const outcomes = await world.ask(urlsTo("a.example", 1_000));
  expect(outcomes.filter(({ kind }) => kind === "answered")).toHaveLength(1_000);
  const refused = world.seen.filter(({ status }) => status === 429);
  const together = refused.filter(({ atMs }) => atMs < fromMs + 100);
  expect(together.length).toBeGreaterThanOrEqual(15);
  const letIn = world.seen.find(({ atMs, status }) => atMs >= toMs && status === 200)!;
  const between = world.seen.filter(
    ({ atMs }) => atMs >= fromMs + 100 && atMs < letIn.endedMs!,
  ).length;
  // It lasts for 19 times as long as the first of them were under way.
  expect(between).toBeGreaterThanOrEqual(2);
  expect(between).toBeLessThanOrEqual(8);
});

test.each([["-5"], ["1.5"], ["soon"], ["1, 2"], [""], ["Sat, 99 Nov 2026 03:14:00 GMT"]])(
  "54 Retry-After %j is no wait that a server asks for",
  async (value) => {
    await using world = virtualWorld((_request, { count }) =>
      count === 1 ? { afterMs: 5, status: 429, headers: { "retry-after": value } } : { afterMs: 5 },
    );
    const [outcome] = await world.ask(urlsTo("a.example", 1));
    expect(outcome!.kind).toBe("answered");
    expect(pauseIn(world.seen).ms).toBeLessThan(1_000);
  },
);

test("54 a Retry-After of ten years is cut to the longest that is waited, and told once", async () => {
  await using world = virtualWorld((_request, { count }) =>
    count <= 6
      ? { afterMs: 50, status: 429, headers: { "retry-after": "315360000" } }
      : { afterMs: 5 },
  );
  const outcomes = await world.ask(urlsTo("a.example", 50));
  expect(outcomes.filter(({ kind }) => kind === "answered")).toHaveLength(50);
  const cut = world.events.filter(
    (event): event is RunEvent & { type: "held" } =>
      event.type === "held" && event.askedMs !== undefined,
  );
  expect(cut).toMatchObject([{ askedMs: 315_360_000_000, reason: "retry-after", status: 429 }]);
  expect(world.seen[6]!.atMs).toBeGreaterThanOrEqual(600_000);
  expect(world.seen[6]!.atMs).toBeLessThan(601_000);
});

test("54 the command says in one line that it waits for less than it was asked to", async () => {
  await using server = await startWorld();
  const urls = [1, 2, 3].map((n) => server.at(`/retry-after/315360000s/then/200?${n}`));
  const ended = await fanfetch("get", ...urls, "--max-retry-after", "1s", "-o", "-");
  expect(ended.exitCode, ended.stderr).toBe(0);
  expect(
    ended.stderr.match(/asks to wait 3650 d .*: asking again after 1\.00 s/g),
    ended.stderr,
  ).toHaveLength(1);
});

/** Fields of an honest server that takes 50 in each second of its clock. */
const VOICES: ReadonlyMap<string, (left: number, resetS: number, nowMs: number) => string[]> =
  new Map([
    [
      "RateLimit as a list",
      (left, resetS) => [
        ...["ratelimit-policy", '"default";q=50;w=1'],
        ...["ratelimit", `"default";r=${left};t=${resetS}`],
      ],
    ],
    [
      "RateLimit as a dictionary",
      (left, resetS) => ["ratelimit", `limit=50, remaining=${left}, reset=${resetS}`],
    ],
    [
      "three RateLimit fields",
      (left, resetS) => [
        ...["ratelimit-limit", "50, 50;w=1", "ratelimit-remaining", String(left)],
        ...["ratelimit-reset", String(resetS)],
      ],
    ],
    [
      "X-RateLimit with seconds",
      (left, resetS) => [
        ...["x-ratelimit-limit", "50", "x-ratelimit-remaining", String(left)],
        ...["x-ratelimit-reset", String(resetS)],
      ],
    ],
    [
      "X-RateLimit with a time of day",
      (left, resetS, nowMs) => [
        ...["x-ratelimit-limit", "50", "x-ratelimit-remaining", String(left)],
        ...["x-ratelimit-reset", String(Math.ceil(nowMs / 1000 + resetS))],
      ],
    ],
    [
      "X-Rate-Limit",
      (left, resetS) => [
        ...["x-rate-limit-limit", "50", "x-rate-limit-remaining", String(left)],
        ...["x-rate-limit-reset", String(resetS)],
      ],
    ],
  ]);

for (const [name, fieldsOf] of VOICES) {
  test(`55 a server that tells its limit as ${name} refuses nobody after its first window`, async () => {
    const taken = new Map<number, number>();
    const server: VirtualServer = (_request, { nowMs }) => {
      const window = Math.floor(nowMs / 1000);
      const before = taken.get(window) ?? 0;
      const isRefused = before >= 50;
      if (!isRefused) taken.set(window, before + 1);
      const fields = fieldsOf(Math.max(0, 49 - before), 1, window * 1000);
      const headers: Record<string, string> = { date: new Date(nowMs).toUTCString() };
      for (let at = 0; at < fields.length; at += 2) headers[fields[at]!] = fields[at + 1]!;
      return { afterMs: 40, status: isRefused ? 429 : 200, headers };
    };
    await using world = virtualWorld(server, { startMs: BEGAN_MS });
    const outcomes = await world.ask(urlsTo("a.example", 500));
    expect(outcomes.filter(({ kind }) => kind === "answered")).toHaveLength(500);
    const later = world.seen.filter(({ atMs }) => atMs >= BEGAN_MS + 1_000);
    expect(later.filter(({ status }) => status === 429)).toEqual([]);
    // And it is used: 500 at 50 a second.
    expect(world.clock.now() - BEGAN_MS).toBeLessThan(12_500);
  });
}

test.each([[20], [40]])(
  "75 a server that slows linearly with load past %i at once is used within a tenth of what it gives",
  async (knee) => {
    const model = limitModelOf(`knee:${knee}`);
    await using world = virtualWorld(
      limitedBy(model, { serviceMs: () => 50, clock: () => world.clock }),
    );
    const bestPerSecond = knee / 0.05;
    const count = 10 * bestPerSecond;
    const outcomes = await world.ask(urlsTo("a.example", count));
    const answered = outcomes.filter(({ kind }) => kind === "answered").length;
    expect(count - answered).toBeLessThan(count / 100);
    const perSecond = (answered * 1000) / world.seen.at(-1)!.endedMs!;
    expect(perSecond).toBeGreaterThanOrEqual(0.9 * bestPerSecond);
  },
);
