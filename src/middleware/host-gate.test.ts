import { describe, expect, test } from "vitest";

import { createCall } from "../core/call.ts";
import type { RunEvent } from "../core/event.ts";
import { createRequest } from "../core/request.ts";
import type { Send } from "../core/send.ts";
import { createHalt } from "../core/halt.ts";
import { createBreaker } from "../policy/breaker.ts";
import { createGate } from "../policy/gate.ts";
import { createQuota, type QuotaRate } from "../policy/quota.ts";
import { createRateLearner } from "../policy/rate-learner.ts";
import { createManualClock } from "../transport/manual-clock.ts";
import {
  createScriptedTransport,
  type Script,
  type ScriptedAnswer,
} from "../transport/scripted.ts";
import { hostGate } from "./host-gate.ts";

const HOST = "http://a.example";
const request = createRequest({ url: HOST });

const DEAD: ScriptedAnswer = { fails: "E_CONNECT", transient: true, unsent: true };

interface WorldOptions {
  readonly rate?: number;
  readonly rates?: readonly QuotaRate[];
  readonly total?: number;
  readonly places?: number;
  readonly maxMs?: number;
  readonly whenQuotaIsGone?: "stop" | "wait";
}

function world(script: Script, options: WorldOptions = {}) {
  const clock = createManualClock();
  const events: RunEvent[] = [];
  const left: number[] = [];
  const total = createGate(options.total ?? 100);
  const transport = createScriptedTransport((asked, count) => {
    left.push(clock.now());
    return script(asked, count);
  });
  const halt = createHalt();
  const places = options.places ?? 100;
  const rates =
    options.rates ?? (options.rate === undefined ? [] : [{ count: options.rate, perMs: 1_000 }]);
  const gate = hostGate({
    host: HOST,
    learner: createRateLearner({ most: places, start: places }),
    breaker: createBreaker({ random: () => 0 }),
    quota: rates.length === 0 ? undefined : createQuota(rates),
    total,
    maxRetryAfterMs: options.maxMs ?? 600_000,
    whenQuotaIsGone: options.whenQuotaIsGone ?? "stop",
    signs: { lastMs: undefined },
    halt,
    clock,
    emit: (event) => events.push(event),
  });
  const send: Send = gate.middleware(transport.send);
  const askMany = (count: number): Promise<unknown>[] =>
    Array.from({ length: count }, () =>
      send(request, createCall()).catch((error: unknown) => error),
    );
  return { clock, events, left, total, halt, gate, send, askMany };
}

describe("departures to one host", () => {
  test("without a rate and without a hold all leave at once", async () => {
    const { send, left, clock } = world(() => ({}));
    await Promise.all(Array.from({ length: 5 }, () => send(request, createCall())));
    expect(left).toEqual(Array(5).fill(clock.now()));
  });

  test("a rate spaces them, in the order they came", async () => {
    const { send, left, clock } = world(() => ({}), { rate: 10 });
    const all = Promise.all(Array.from({ length: 5 }, () => send(request, createCall())));
    await clock.advance(1_000);
    await all;
    const gaps = left.slice(1).map((at, index) => at - left[index]!);
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(100);
    expect(left).toHaveLength(5);
  });

  test("Retry-After of one answer holds every later request to that host", async () => {
    const { send, left, clock, events } = world((_asked, count) =>
      count === 1 ? { status: 429, headers: { "retry-after": "7" } } : {},
    );
    const start = clock.now();
    expect((await send(request, createCall())).status).toBe(429);
    const call = createCall();
    const second = send(request, call);
    await clock.advance(6_999);
    expect(left).toHaveLength(1);
    await clock.advance(1);
    await second;
    expect(left[1]! - start).toBe(7_000);
    expect(call.heldMs).toBe(7_000);
    expect(events.filter((event) => event.type === "held")).toMatchObject([
      { forMs: 7_000, reason: "retry-after", status: 429, host: HOST },
    ]);
  });

  test("a longer hold that arrives while one waits is waited for too", async () => {
    const answers = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { send, left, clock } = world(async (_asked, count) => {
      await answers[count - 1]?.promise;
      const seconds = count === 1 ? "2" : "9";
      return count <= 2 ? { status: 503, headers: { "retry-after": seconds } } : {};
    });
    const early = [send(request, createCall()), send(request, createCall())];
    answers[0]!.resolve();
    await early[0];
    const waiting = send(request, createCall());
    await clock.advance(1_000);
    answers[1]!.resolve();
    await early[1];
    await clock.advance(8_999);
    expect(left).toHaveLength(2);
    await clock.advance(1);
    await waiting;
    expect(left[2]).toBe(left[0]! + 10_000);
  });

  test("a Retry-After beyond the longest that is obeyed is cut to it, and told once", async () => {
    const { send, left, clock, events } = world(
      (_asked, count) =>
        count <= 2 ? { status: 429, headers: { "retry-after": "315360000" } } : {},
      { maxMs: 1_000 },
    );
    await Promise.all([send(request, createCall()), send(request, createCall())]);
    const third = send(request, createCall());
    await clock.advance(999);
    expect(left).toHaveLength(2);
    await clock.advance(1);
    await third;
    expect(events.filter((event) => event.type === "held")).toMatchObject([
      { forMs: 1_000, askedMs: 315_360_000_000, reason: "retry-after" },
    ]);
  });

  test("a server that still names a longer wait after that one has no quota left: the run stops", async () => {
    const { send, clock, halt } = world(
      () => ({ status: 429, headers: { "retry-after": "21600" } }),
      { maxMs: 600_000 },
    );
    await send(request, createCall());
    const second = send(request, createCall());
    await clock.advance(600_000);
    await second;
    expect(halt.cause).toEqual({ reason: "quota", host: HOST, untilWallMs: 600_000 + 21_600_000 });
  });

  test("after a wait that was cut one asks, and the others only once that is accepted", async () => {
    const answers = Array.from({ length: 9 }, () => Promise.withResolvers<ScriptedAnswer>());
    const { askMany, left, clock } = world((_asked, count) => answers[count - 1]!.promise, {
      maxMs: 1_000,
    });
    const refused = askMany(2);
    const long = { status: 429, headers: { "retry-after": "5000" } };
    answers[0]!.resolve(long);
    answers[1]!.resolve(long);
    await Promise.all(refused);
    const later = askMany(5);
    await clock.advance(1_000);
    expect(left).toHaveLength(3);
    for (const { resolve } of answers.slice(2)) resolve({});
    await clock.advance(10_000);
    await Promise.all(later);
    expect(left).toHaveLength(7);
  });

  test("a refusal whose fields say that nothing is left for longer than is waited stops the run at once", async () => {
    const fields = { "x-ratelimit-limit": "60", "x-ratelimit-remaining": "0" };
    const { send, halt } = world(() => ({
      status: 429,
      headers: { ...fields, "x-ratelimit-reset": "3600" },
    }));
    await send(request, createCall());
    expect(halt.cause).toEqual({ reason: "quota", host: HOST, untilWallMs: 3_600_000 });
  });

  test("a limit that went down to nothing for longer than is waited stops the run once one more wants to leave", async () => {
    const { send, halt } = world((_asked, count) => ({
      headers: {
        "x-ratelimit-limit": "60",
        "x-ratelimit-remaining": String(2 - count),
        "x-ratelimit-reset": "3600",
      },
    }));
    await send(request, createCall());
    await send(request, createCall());
    expect(halt.cause).toBeUndefined();
    await expect(send(request, createCall())).rejects.toMatchObject({ code: "E_ABORTED" });
    expect(halt.cause).toMatchObject({ reason: "quota", untilWallMs: 3_600_000 });
  });

  test("fields that always say 0 and let in are no hold, and nothing is told of one", async () => {
    const { askMany, clock, events, left } = world(() => ({
      headers: {
        "x-ratelimit-limit": "60",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": "30",
      },
    }));
    const all = askMany(30);
    await clock.advance(120_000);
    await Promise.all(all);
    expect(left).toHaveLength(30);
    expect(events.filter((event) => event.type === "held")).toEqual([]);
  });

  test("with patience the whole wait is made", async () => {
    const { send, clock, halt, left } = world(
      (_asked, count) => (count === 1 ? { status: 429, headers: { "retry-after": "21600" } } : {}),
      { maxMs: 600_000, whenQuotaIsGone: "wait" },
    );
    await send(request, createCall());
    const second = send(request, createCall());
    await clock.advance(21_600_000);
    await second;
    expect(left[1]).toBe(21_600_000);
    expect(halt.cause).toBeUndefined();
  });

  test("one that waits for its time takes no place among all hosts", async () => {
    const { send, clock, total } = world(
      (_asked, count) => (count === 1 ? { status: 429, headers: { "retry-after": "5" } } : {}),
      { total: 1 },
    );
    await send(request, createCall());
    const held = send(request, createCall());
    await clock.advance(1_000);
    expect(total.inFlight).toBe(0);
    await clock.advance(4_000);
    await held;
  });

  test("a stopped request leaves the line, and the next one goes in its time", async () => {
    const { send, clock, left } = world(() => ({}), { rate: 1 });
    await send(request, createCall());
    const stop = new AbortController();
    const stopped = send(request, createCall(stop.signal));
    const next = send(request, createCall());
    await clock.advance(500);
    stop.abort();
    await expect(stopped).rejects.toMatchObject({ code: "E_ABORTED" });
    await clock.advance(2_000);
    await next;
    expect(left).toHaveLength(2);
    expect(clock.pending).toBe(0);
  });

  test("it is told when each leaves and lands", async () => {
    const { send, events } = world(() => ({}));
    await send(request, createCall());
    expect(events.map((event) => event.type)).toEqual(["sent", "landed"]);
  });

  test("no more than the host's places are in flight, and a landing lets the next one go", async () => {
    const answers = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
    const { left, askMany, total } = world(
      async (_asked, count) => {
        await answers[count - 1]!.promise;
        return {};
      },
      { places: 2 },
    );
    const all = askMany(5);
    expect(left).toHaveLength(2);
    answers[0]!.resolve();
    await all[0];
    expect(left).toHaveLength(3);
    expect(total.inFlight).toBe(2);
    for (const answer of answers) answer.resolve();
    await Promise.all(all);
    expect(total.mostAtOnce).toBe(2);
  });

  test("a daily quota that is gone stops the run, and those who wait are still owed", async () => {
    const { left, askMany, clock, halt } = world(() => ({}), {
      rates: [{ count: 3, perMs: 86_400_000 }],
    });
    const ends = await Promise.all(askMany(5));
    expect(left).toHaveLength(3);
    expect(ends.slice(3)).toMatchObject([{ code: "E_ABORTED" }, { code: "E_ABORTED" }]);
    expect(halt.cause).toMatchObject({ reason: "quota", host: HOST });
    expect(clock.pending).toBe(0);
  });

  test("a dead host is asked a few times, and the others of its requests fail as those did", async () => {
    const { left, askMany, clock } = world(
      () => ({ fails: "E_CONNECT", transient: true, unsent: true }),
      {
        places: 6,
      },
    );
    const all = askMany(200);
    await clock.advance(5_000);
    const ends = await Promise.all(all);
    expect(left.length).toBeLessThanOrEqual(15);
    expect(ends.every((end) => (end as { code?: string }).code === "E_CONNECT")).toBe(true);
    expect((ends.at(-1) as Error).message).toContain("not asked again");
  });

  test("a host that comes back after an outage is asked for all that is owed", async () => {
    let isDown = false;
    const { askMany, clock, halt } = world(() => (isDown ? DEAD : {}), { places: 6 });
    await Promise.all(askMany(3));
    isDown = true;
    const failing = askMany(6);
    await clock.advance(10);
    const waiting = askMany(50);
    await clock.advance(20_000);
    isDown = false;
    await clock.advance(11_000);
    const ends = await Promise.all([...failing, ...waiting]);
    expect(ends.filter((end) => end instanceof Error).length).toBeLessThanOrEqual(20);
    expect(halt.cause).toBeUndefined();
  });

  test("nothing answers for a minute after something did: the run stops", async () => {
    let isDown = false;
    const { askMany, clock, halt } = world(() => (isDown ? DEAD : {}), { places: 6 });
    await Promise.all(askMany(3));
    isDown = true;
    void askMany(100);
    await clock.advance(59_000);
    expect(halt.cause).toBeUndefined();
    await clock.advance(15_000);
    expect(halt.cause).toMatchObject({ reason: "network", last: "as the script says" });
  });
});
