import { describe, expect, test } from "vitest";

import { createCall } from "../core/call.ts";
import type { RunEvent } from "../core/event.ts";
import { createRequest } from "../core/request.ts";
import type { Send } from "../core/send.ts";
import { createGate } from "../policy/gate.ts";
import { createQuota } from "../policy/quota.ts";
import { createManualClock } from "../transport/manual-clock.ts";
import { createScriptedTransport, type Script } from "../transport/scripted.ts";
import { pace } from "./pace.ts";

const HOST = "http://a.example";
const request = createRequest({ url: HOST });

function world(script: Script, options: { rate?: number; total?: number; maxMs?: number } = {}) {
  const clock = createManualClock();
  const events: RunEvent[] = [];
  const left: number[] = [];
  const total = createGate(options.total ?? 100);
  const transport = createScriptedTransport((asked, count) => {
    left.push(clock.now());
    return script(asked, count);
  });
  const send: Send = pace({
    host: HOST,
    quota:
      options.rate === undefined ? undefined : createQuota([{ count: options.rate, perMs: 1_000 }]),
    total,
    maxRetryAfterMs: options.maxMs ?? 600_000,
    clock,
    emit: (event) => events.push(event),
  })(transport.send);
  return { clock, events, left, total, send };
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

  test("a Retry-After beyond the longest that is obeyed holds nobody", async () => {
    const { send, left } = world(() => ({ status: 429, headers: { "retry-after": "86400" } }), {
      maxMs: 1_000,
    });
    await send(request, createCall());
    await send(request, createCall());
    expect(left).toHaveLength(2);
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
});
