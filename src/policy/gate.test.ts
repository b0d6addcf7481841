import { getEventListeners } from "node:events";

import fc from "fast-check";
import { expect, test } from "vitest";

import { createGate, type Permit } from "./gate.ts";

/** Whether a promise has settled once all promise jobs have run. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  promise.then(
    () => (done = true),
    () => (done = true),
  );
  await new Promise(setImmediate);
  return done;
}

test("lets in as many as it may and the others in their order", async () => {
  const gate = createGate(2);
  const entered: string[] = [];
  const enter = async (name: string): Promise<Permit> => {
    const permit = await gate.acquire();
    entered.push(name);
    return permit;
  };
  const [a, , c] = [enter("a"), enter("b"), enter("c"), enter("d")];
  expect([gate.inFlight, gate.waiting]).toEqual([2, 2]);
  (await a)[Symbol.dispose]();
  (await c)[Symbol.dispose]();
  await new Promise(setImmediate);
  expect(entered).toEqual(["a", "b", "c", "d"]);
  expect([gate.inFlight, gate.waiting, gate.mostAtOnce]).toEqual([2, 0, 2]);
});

test("a permit gives its place back once", () => {
  const gate = createGate(1);
  const permit = gate.tryAcquire()!;
  permit[Symbol.dispose]();
  const next = gate.tryAcquire();
  permit[Symbol.dispose]();
  expect(next).toBeDefined();
  expect(gate.inFlight).toBe(1);
  expect(gate.tryAcquire()).toBeUndefined();
});

test("nobody overtakes those who wait", async () => {
  const gate = createGate(1);
  const first = gate.tryAcquire()!;
  const waiting = gate.acquire();
  expect(gate.tryAcquire()).toBeUndefined();
  first[Symbol.dispose]();
  expect(gate.tryAcquire()).toBeUndefined();
  using permit = await waiting;
  expect(permit).toBeDefined();
});

test("one who gives up leaves no place taken, no queue and no listener", async () => {
  const gate = createGate(1);
  const held = gate.tryAcquire()!;
  const stop = new AbortController();
  const [before, leaving, behind] = [gate.acquire(), gate.acquire(stop.signal), gate.acquire()];
  stop.abort(new Error("enough"));
  await expect(leaving).rejects.toThrow("enough");
  expect(gate.waiting).toBe(2);
  held[Symbol.dispose]();
  (await before)[Symbol.dispose]();
  (await behind)[Symbol.dispose]();
  expect([gate.inFlight, gate.waiting]).toEqual([0, 0]);
  await expect(gate.acquire(stop.signal)).rejects.toThrow("enough");
  expect(gate.inFlight).toBe(0);
});

test("a place that was granted takes its listener along", async () => {
  const gate = createGate(1);
  const held = gate.tryAcquire()!;
  const stop = new AbortController();
  const waiting = gate.acquire(stop.signal);
  expect(getEventListeners(stop.signal, "abort")).toHaveLength(1);
  held[Symbol.dispose]();
  stop.abort();
  (await waiting)[Symbol.dispose]();
  expect(getEventListeners(stop.signal, "abort")).toHaveLength(0);
  expect(gate.inFlight).toBe(0);
});

test("a larger limit lets the waiting in, a smaller one lets nobody in until enough have left", async () => {
  const gate = createGate(1);
  const first = gate.tryAcquire()!;
  const second = gate.acquire();
  gate.resize(2);
  const both = [first, await second];
  gate.resize(1);
  const third = gate.acquire();
  both[0]![Symbol.dispose]();
  expect(await settled(third)).toBe(false);
  both[1]![Symbol.dispose]();
  expect(await settled(third)).toBe(true);
  expect([gate.limit, gate.inFlight, gate.mostAtOnce]).toEqual([1, 1, 2]);
});

test("whatever happens, the limit holds and nobody waits while a place is free", async () => {
  const step = fc.oneof(
    fc.constant("enter" as const),
    fc.constant("leave" as const),
    fc.constant("abort" as const),
    fc.integer({ min: 1, max: 5 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
      const gate = createGate(2);
      const inside: Permit[] = [];
      const stops: AbortController[] = [];
      let left = 0;
      for (const what of steps) {
        if (what === "enter") {
          const stop = new AbortController();
          stops.push(stop);
          gate.acquire(stop.signal).then(
            (permit) => inside.push(permit),
            () => (left += 1),
          );
        } else if (what === "leave") inside.shift()?.[Symbol.dispose]();
        else if (what === "abort") stops.pop()?.abort();
        else gate.resize(what);
        await new Promise(setImmediate);
        expect(gate.inFlight).toBe(inside.length);
        expect(gate.waiting === 0 || gate.inFlight >= gate.limit).toBe(true);
      }
      for (let permit = inside.shift(); permit !== undefined; permit = inside.shift()) {
        permit[Symbol.dispose]();
        await new Promise(setImmediate);
      }
      expect([gate.inFlight, gate.waiting]).toEqual([0, 0]);
    }),
    { numRuns: 50 },
  );
});

test.each([0, -1, 1.5, NaN])("%d is no limit", (limit) => {
  expect(() => createGate(limit)).toThrow(RangeError);
  expect(() => createGate(1).resize(limit)).toThrow(RangeError);
});
