import { describe, expect, test } from "vitest";

import type { Call } from "../core/call.ts";
import { Failure } from "../core/failure.ts";
import { createRequest, type HttpRequest } from "../core/request.ts";
import { HttpResponse } from "../core/response.ts";
import type { Send } from "../core/send.ts";
import { flow } from "./flow.ts";
import { type Owed, spread } from "./spread.ts";

const WIRE = {
  dnsMs: null,
  connectMs: null,
  tlsMs: null,
  firstByteMs: 1,
  totalMs: 1,
  reused: false,
};

function answer(request: HttpRequest): HttpResponse {
  return new HttpResponse({
    url: request.url,
    status: 200,
    headers: {},
    body: new Uint8Array(0),
    wireBytes: 0,
    protocol: "http/1.1",
    timing: WIRE,
  });
}

const requests = (count: number): Owed[] =>
  Array.from({ length: count }, (_, index) => ({
    request: createRequest({ url: `http://a.example/${index}` }),
  }));

async function* once(list: Owed[]): AsyncGenerator<readonly Owed[]> {
  yield list;
}

/** A Send whose answers the test gives by hand. */
function byHand() {
  const open: {
    request: HttpRequest;
    call: Call;
    resolve: () => void;
    reject: (e: unknown) => void;
  }[] = [];
  const send: Send = (request, call) =>
    new Promise((resolve, reject) => {
      open.push({ request, call, resolve: () => resolve(answer(request)), reject });
    });
  return { open, send };
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("flow", () => {
  test("keeps at most a window out, and stops when a window of outcomes waits to be taken", async () => {
    const { open, send } = byHand();
    const outcomes = flow(spread(once(requests(10)), { turnsAt: () => 99 }), send, { window: 3 });
    const first = outcomes.next();
    await tick();
    expect(open).toHaveLength(3);
    for (const one of open.slice()) one.resolve();
    expect((await first).value).toHaveLength(3);
    await tick();
    // Three are taken, and have made room.
    expect(open).toHaveLength(6);
    for (const one of open.slice(3)) one.resolve();
    await tick();
    // The third that is not taken makes no room any more, nor do those behind it.
    expect(open).toHaveLength(8);
    for (const one of open.slice(6)) one.resolve();
    await tick();
    expect(open).toHaveLength(8);
    expect((await outcomes.next()).value).toHaveLength(5);
    await tick();
    expect(open).toHaveLength(10);
    await outcomes.return();
  });

  test("a window that opens wide is filled over several turns of the event loop", async () => {
    const { open, send } = byHand();
    const outcomes = flow(spread(once(requests(50)), { turnsAt: () => 50 }), send, { window: 50 });
    const first = outcomes.next();
    const seen: number[] = [];
    while (open.length < 50) {
      await tick();
      seen.push(open.length);
    }
    const most = seen.map((count, index) => count - (seen[index - 1] ?? 0));
    // One that was waited for, and as many as start at once.
    expect(Math.max(...most)).toBe(17);
    open[0]!.resolve();
    expect((await first).value).toHaveLength(1);
    await outcomes.return();
  });

  test("what waits for a turn of the event loop does not leave once the flow is stopped", async () => {
    const { open, send } = byHand();
    const stop = new AbortController();
    const turns = spread(once(requests(50)), { turnsAt: () => 50 });
    const outcomes = flow(turns, send, { window: 50, signal: stop.signal });
    const first = outcomes.next();
    while (open.length === 0) await tick();
    stop.abort();
    const left = open.length;
    for (const { reject, request } of open)
      reject(new Failure("E_ABORTED", "stopped", { request }));
    expect((await first).done).toBe(true);
    expect(left).toBeLessThan(50);
    expect(open).toHaveLength(left);
  });

  test("after one without an answer nobody leaves in its place until it was seen", async () => {
    const { open, send } = byHand();
    const outcomes = flow(spread(once(requests(5)), { turnsAt: () => 9 }), send, { window: 1 });
    const first = outcomes.next();
    await tick();
    open[0]!.reject(new Failure("E_DNS", "no address", { request: open[0]!.request }));
    await first;
    await tick();
    expect(open).toHaveLength(1);
    const second = outcomes.next();
    await tick();
    expect(open).toHaveLength(2);
    open[1]!.resolve();
    await second;
    await outcomes.return();
  });

  test("a source that waits for outcomes not yet yielded does not deadlock", async () => {
    const waiting = Promise.withResolvers<void>();
    async function* discovering(): AsyncGenerator<readonly Owed[]> {
      yield requests(1);
      await waiting.promise;
      yield requests(2);
    }
    const send: Send = (request) => Promise.resolve(answer(request));
    let count = 0;
    for await (const batch of flow(spread(discovering(), { turnsAt: () => 9 }), send, {
      window: 1,
    })) {
      count += batch.length;
      expect(batch.map(({ outcome }) => outcome.kind)).toEqual(["answered"]);
      waiting.resolve();
    }
    expect(count).toBe(3);
  });

  test("a Failure is an outcome, any other error stops the flow", async () => {
    const bad: Send = (request) =>
      request.target === "/1"
        ? Promise.reject(new TypeError("a bug"))
        : Promise.reject(new Failure("E_DNS", "no address", { request }));
    const kinds: string[] = [];
    const take = async (): Promise<void> => {
      for await (const batch of flow(spread(once(requests(2)), { turnsAt: () => 9 }), bad, {
        window: 1,
      })) {
        kinds.push(...batch.map(({ outcome }) => outcome.kind));
      }
    };
    await expect(take()).rejects.toThrow("a bug");
    expect(kinds).toEqual(["failed"]);
  });

  test("leaving early stops what is under way", async () => {
    const { open, send } = byHand();
    const outcomes = flow(spread(once(requests(5)), { turnsAt: () => 9 }), send, { window: 2 });
    const first = outcomes.next();
    await tick();
    open[0]!.resolve();
    await first;
    await outcomes.return();
    expect(open[1]!.call.signal?.aborted).toBe(true);
  });

  test("draining takes no new turns and yields what lands", async () => {
    const { open, send } = byHand();
    const drain = new AbortController();
    const taken: string[] = [];
    const all = (async () => {
      for await (const batch of flow(spread(once(requests(9)), { turnsAt: () => 9 }), send, {
        window: 2,
        drain: drain.signal,
      })) {
        taken.push(...batch.map(({ outcome }) => outcome.request.target));
      }
    })();
    await tick();
    drain.abort();
    for (const one of open) one.resolve();
    await all;
    expect(taken).toEqual(["/0", "/1"]);
    expect(open).toHaveLength(2);
  });

  test("what is stopped before its answer is still owed: it yields no outcome", async () => {
    const stop = new AbortController();
    const send: Send = (request, call) =>
      new Promise((_, reject) => {
        call.signal!.addEventListener("abort", () =>
          reject(new Failure("E_ABORTED", "stopped", { request })),
        );
      });
    const all = (async () => {
      const taken = [];
      for await (const batch of flow(spread(once(requests(4)), { turnsAt: () => 9 }), send, {
        window: 4,
        signal: stop.signal,
      })) {
        taken.push(...batch);
      }
      return taken;
    })();
    await tick();
    stop.abort();
    expect(await all).toEqual([]);
  });

  test("one that rests makes room for another", async () => {
    const { open, send } = byHand();
    const outcomes = flow(spread(once(requests(5)), { turnsAt: () => 1 }), send, { window: 1 });
    const first = outcomes.next();
    await tick();
    expect(open).toHaveLength(1);
    open[0]!.call.onRest?.("retry", "begin");
    await tick();
    expect(open).toHaveLength(2);
    open[1]!.resolve();
    await first;
    open[0]!.call.onRest?.("retry", "end");
    open[0]!.resolve();
    expect((await outcomes.next()).done).toBe(false);
    await outcomes.return();
  });
});
