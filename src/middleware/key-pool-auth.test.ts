import { expect, test } from "vitest";

import { createCall } from "../core/call.ts";
import { createRequest, type HttpRequest } from "../core/request.ts";
import { queryValue } from "../formats/query-text.ts";
import type { QuotaRate } from "../policy/quota.ts";
import { limitScope } from "../policy/limit-scope.ts";
import { sleep } from "../core/clock.ts";
import type { HostMemory } from "../policy/host-memory.ts";
import type { LimitProfile } from "../policy/limit-profile.ts";
import { limitModelOf } from "../rehearsal/limit-model.ts";
import { createManualClock, type ManualClock } from "../transport/manual-clock.ts";
import { createScriptedTransport, type ScriptedAnswer } from "../transport/scripted.ts";
import { createAuth, type AuthOptions } from "./auth.ts";

const get = createRequest({ url: "https://api.example/x" });

function world(
  rates: Readonly<Record<string, readonly QuotaRate[]>>,
  answer: (
    key: string,
    count: number,
    clock: ManualClock,
  ) => ScriptedAnswer | Promise<ScriptedAnswer> = () => ({}),
  given: Partial<AuthOptions> = {},
) {
  const clock = createManualClock();
  const keyOf = (request: HttpRequest): string => queryValue(request.url, "key") ?? "none";
  const left: (readonly [key: string, atMs: number])[] = [];
  const transport = createScriptedTransport((request, count) => {
    left.push([keyOf(request), clock.now()]);
    return answer(keyOf(request), count, clock);
  });
  const keys = Object.entries(rates).map(([value, list]) => ({ value, rates: list }));
  const auth = createAuth({
    credentials: { kind: "keyPool", in: "query", name: "key", keys },
    origins: ["https://api.example"],
    send: transport.send,
    clock,
    ...given,
  });
  const send = auth.renew(auth.sign(transport.send));
  return { clock, left, send };
}

test("two keys double the rate, each within its own", async () => {
  const perSecond = [{ count: 10, perMs: 1_000 }];
  const { clock, left, send } = world({ a: perSecond, b: perSecond });
  const all = Promise.all(Array.from({ length: 100 }, () => send(get, createCall())));
  await clock.advance(20_000);
  expect((await all).every(({ ok, url }) => ok && url === get.url)).toBe(true);
  for (const key of ["a", "b"]) {
    const times = left.filter(([name]) => name === key).map(([, atMs]) => atMs);
    expect(times).toHaveLength(50);
    for (let at = 10; at < times.length; at += 1) {
      expect(times[at]! - times[at - 10]!).toBeGreaterThanOrEqual(1_000);
    }
  }
  expect(left.at(-1)![1]).toBeLessThan(5_200);
});

test("a key that meets 429 rests, and its request leaves with another at once", async () => {
  const { clock, left, send } = world({ a: [], b: [] }, (key, count) =>
    key === "a" && count === 1 ? { status: 429, headers: { "retry-after": "5" } } : {},
  );
  for (let row = 0; row < 3; row += 1) expect((await send(get, createCall())).ok).toBe(true);
  await clock.advance(5_000);
  await send(get, createCall());
  expect(left.map(([key]) => key)).toEqual(["a", "b", "b", "b", "a"]);
});

test("the last key's 429 is the host's", async () => {
  const { left, send } = world({ a: [], b: [] }, () => ({ status: 429 }));
  expect((await send(get, createCall())).status).toBe(429);
  expect(left.map(([key]) => key)).toEqual(["a", "b"]);
});

test("a key that is not accepted is not used again, and without any the requests fail unsent", async () => {
  const refused: string[] = [];
  const { left, send } = world({ bad: [], worse: [] }, () => ({ status: 401 }), {
    onRefused: (words) => refused.push(words),
  });
  expect((await send(get, createCall())).status).toBe(401);
  await expect(send(get, createCall())).rejects.toMatchObject({ code: "E_AUTH", unsent: true });
  expect(left.map(([key]) => key)).toEqual(["bad", "worse"]);
  expect(refused).toEqual(["none of the keys is accepted"]);
});

test("keys that are used up for longer than is waited are told, and the request is still owed", async () => {
  const until: number[] = [];
  const daily = [{ count: 2, perMs: 86_400_000 }];
  const { clock, left, send } = world({ a: daily }, undefined, {
    maxWaitMs: 600_000,
    onQuotaGone: (untilWallMs) => until.push(untilWallMs),
  });
  const all = Promise.allSettled([1, 2, 3].map(() => send(get, createCall())));
  await clock.advance(600_000);
  const ends = (await all).map((end) =>
    end.status === "fulfilled" ? "answered" : end.reason.code,
  );
  expect(ends).toEqual(["answered", "answered", "E_ABORTED"]);
  expect(until).toHaveLength(1);
  expect(until[0]).toBeGreaterThanOrEqual(86_400_000);
  expect(left).toHaveLength(2);
});

test("a stop ends the wait for a key and gives its turn back", async () => {
  const { clock, left, send } = world({ a: [{ count: 1, perMs: 1_000 }] });
  await send(get, createCall());
  const stop = new AbortController();
  const stopped = send(get, createCall(stop.signal));
  stop.abort();
  await expect(stopped).rejects.toMatchObject({ code: "E_ABORTED" });
  const other = send(get, createCall());
  await clock.advance(1_100);
  expect((await other).ok).toBe(true);
  expect(left).toHaveLength(2);
  expect(clock.pending).toBe(0);
});

/** A server that limits each key for itself as a model does, and answers in 40 ms. */
function limitedByKey(spec: string) {
  const models = new Map<string, ReturnType<typeof limitModelOf>>();
  let refused = 0;
  return {
    refused: () => refused,
    answer: async (key: string, _count: number, clock: ManualClock): Promise<ScriptedAnswer> => {
      if (!models.has(key)) models.set(key, limitModelOf(spec));
      const model = models.get(key)!;
      const nowMs = clock.now();
      const verdict = model.arrive({ nowMs, wallMs: nowMs, serviceMs: 40 });
      await sleep(clock, 40);
      if (verdict.kind === "dropped") return { status: 500 };
      const headers: Record<string, string> = {};
      for (let at = 0; at < verdict.headers.length; at += 2) {
        headers[verdict.headers[at]!] = verdict.headers[at + 1]!;
      }
      if (verdict.kind === "accepted") return { headers };
      refused += 1;
      return { status: verdict.status, headers };
    },
  };
}

test("what nobody declared is learned of each key: two have twice the rate", async () => {
  const server = limitedByKey("bucket:10/s");
  const { clock, left, send } = world({ a: [], b: [] }, server.answer);
  let answered = 0;
  const stop = new AbortController();
  const asking = Array.from({ length: 40 }, async () => {
    while (clock.now() < 60_000) {
      const { ok } = await send(get, createCall(stop.signal));
      if (ok) answered += 1;
      else await sleep(clock, 500);
    }
  });
  await clock.advance(60_000);
  stop.abort();
  await Promise.allSettled([...asking, clock.advance(10_000)]);
  expect(answered).toBeGreaterThan(0.9 * 1200);
  expect(server.refused()).toBeLessThan(0.05 * left.length);
});

test("header fields speak of the key that was used: each is spent, and none is refused", async () => {
  const server = limitedByKey("window:100/60s,headers=ietf");
  const { clock, send } = world({ a: [], b: [] }, server.answer);
  const all = Promise.all(Array.from({ length: 300 }, () => send(get, createCall())));
  await clock.advance(30_000);
  await clock.advance(60_000);
  expect((await all).every(({ ok }) => ok)).toBe(true);
  expect(server.refused()).toBe(0);
});

test("what is learned and spent of a key is kept by a name that does not tell it", async () => {
  const kept = new Map<string, LimitProfile>();
  const stocks: string[] = [];
  const memory: HostMemory = {
    recall: (scope) => kept.get(scope),
    keep: (scope, profile) => void kept.set(scope, profile),
    stock(scope) {
      stocks.push(scope);
      return undefined;
    },
  };
  const server = limitedByKey("bucket:10/s");
  const { clock, send } = world({ s3cret: [{ count: 500, perMs: 86_400_000 }] }, server.answer, {
    memory,
  });
  const all = Promise.allSettled(Array.from({ length: 200 }, () => send(get, createCall())));
  await clock.advance(30_000);
  await all;
  const scope = limitScope("https://api.example", "s3cret");
  expect([...kept.keys(), ...stocks]).toEqual([scope, scope]);
  expect(scope).not.toContain("s3cret");
  expect(kept.get(scope)!.rate).toBeGreaterThan(8);
  expect(kept.get(scope)!.rate).toBeLessThan(10.5);
});
