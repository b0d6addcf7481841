import fc from "fast-check";
import { expect, test } from "vitest";

import { createQuotaStock, type SpentStore } from "./quota-stock.ts";
import type { Spent } from "./quota-window.ts";

const DAY_MS = 86_400_000;
const DAILY = { count: 5000, perMs: DAY_MS };

/** A store in a variable, with what it holds. */
function createStore(): SpentStore & { spent: readonly Spent[] } {
  return {
    spent: [],
    change(decide) {
      const { spent, result } = decide(this.spent);
      this.spent = spent;
      return result;
    },
  };
}

/** A process that draws as it needs and notes when each of its requests left. */
function createProcess(store: SpentStore, rate = DAILY) {
  let left = 0;
  let heldUntilMs = -Infinity;
  const stock = createQuotaStock(rate, { store, unused: () => left });
  return {
    departures: [] as number[],
    /** Departs `most` times at most; tells how often it could. */
    depart(nowMs: number, most: number): number {
      for (let done = 0; done < most; done += 1) {
        if (left === 0 || nowMs >= heldUntilMs) {
          left = stock.draw(nowMs, 1).count;
          heldUntilMs = nowMs + stock.holdMs;
          if (left === 0) return done;
        }
        left -= 1;
        this.departures.push(nowMs);
      }
      return most;
    },
    leave(nowMs: number): void {
      stock.leave(nowMs);
      left = 0;
    },
  };
}

function mostInWindow(times: readonly number[], perMs: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  let first = 0;
  let most = 0;
  for (const [last, time] of sorted.entries()) {
    while (time - sorted[first]! >= perMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

test("a day's stock is spent in less than a hundred drawings, to the last", () => {
  let drawings = 0;
  const store = createStore();
  const counted: SpentStore = {
    change(decide) {
      drawings += 1;
      return store.change(decide);
    },
  };
  const process = createProcess(counted);
  expect(process.depart(0, 6000)).toBe(5000);
  expect(drawings).toBeLessThan(100);
});

test("processes side by side never send more than the rate, whenever they are killed or end", () => {
  const step = fc.record({
    gapMs: fc.constantFrom(0, 1000, 600_000, 5_000_000, 40_000_000),
    which: fc.integer({ min: 0, max: 2 }),
    wanted: fc.integer({ min: 1, max: 60 }),
    then: fc.constantFrom("goes on", "goes on", "ends", "is killed"),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100 }),
      fc.array(step, { maxLength: 80 }),
      (count, steps) => {
        const rate = { count, perMs: DAY_MS };
        const store = createStore();
        const running = Array.from({ length: 3 }, () => createProcess(store, rate));
        const all = [...running];
        let nowMs = 1e12;
        for (const { gapMs, which, wanted, then } of steps) {
          nowMs += gapMs;
          running[which]!.depart(nowMs, wanted);
          if (then === "goes on") continue;
          if (then === "ends") running[which]!.leave(nowMs);
          running[which] = createProcess(store, rate);
          all.push(running[which]);
        }
        const times = all.flatMap(({ departures }) => departures);
        expect(mostInWindow(times, DAY_MS)).toBeLessThanOrEqual(count);
      },
    ),
  );
});

test("two processes that spend one quota spend it together, and each leaves the other some", () => {
  const store = createStore();
  const [one, other] = [createProcess(store), createProcess(store)];
  let nowMs = 0;
  for (let turn = 0; turn < 4000; turn += 1) {
    nowMs += 10;
    one.depart(nowMs, 1);
    other.depart(nowMs, 1);
  }
  expect(one.departures.length + other.departures.length).toBe(5000);
  expect(Math.min(one.departures.length, other.departures.length)).toBeGreaterThan(2300);
});

test("what was drawn and not used goes back at the end", () => {
  const store = createStore();
  const process = createProcess(store);
  process.depart(0, 10);
  expect(store.spent[0]!.count).toBe(250);
  process.leave(1000);
  process.leave(2000);
  expect(store.spent.map(({ count }) => count)).toEqual([10]);
});

test("what a killed process had drawn counts as spent, a twentieth of the whole at most", () => {
  const store = createStore();
  createProcess(store).depart(0, 1);
  const next = createProcess(store);
  expect(next.depart(60_000, 6000)).toBe(4750);
  expect(next.depart(DAY_MS + 400_000, 1)).toBe(1);
});

test("the next departure is when the first leaves the window, at most 1/200 of it later", () => {
  const store = createStore();
  createProcess(store).depart(1000, 5000);
  const { count, freeAtMs } = createQuotaStock(DAILY, { store, unused: () => 0 }).draw(5000, 1);
  expect(count).toBe(0);
  expect(freeAtMs).toBeGreaterThanOrEqual(1000 + DAY_MS);
  expect(freeAtMs).toBeLessThan(1000 + DAY_MS * 1.005);
});

test("a clock that is set back frees nothing twice, and one from the future blocks no longer than a window", () => {
  const store = createStore();
  const nowMs = 10 * DAY_MS;
  createProcess(store).depart(nowMs, 5000);
  for (const setTo of [nowMs - DAY_MS, nowMs - 5 * DAY_MS, 0]) {
    const process = createProcess(store);
    expect(process.depart(setTo, 1)).toBe(0);
    expect(process.depart(setTo + DAY_MS / 2, 1)).toBe(0);
  }
  expect(createProcess(store).depart(DAY_MS * 1.01, 1)).toBe(1);
});

test("months of use leave no more than some two thousand entries", () => {
  const store = createStore();
  const process = createProcess(store, { count: 100_000, perMs: DAY_MS });
  let most = 0;
  for (let minute = 0; minute < 2000; minute += 1) {
    process.depart(minute * 60_000, 60);
    most = Math.max(most, store.spent.length);
  }
  expect(most).toBeGreaterThan(100);
  expect(most).toBeLessThan(2200);
});

test("a quota that was lowered is not overdrawn, and what is needed at once comes whole or not at all", () => {
  const store = createStore();
  createProcess(store).depart(0, 300);
  const stock = createQuotaStock({ count: 100, perMs: DAY_MS }, { store, unused: () => 0 });
  expect(stock.draw(1000, 1).count).toBe(0);
  const later = createQuotaStock({ count: 1000, perMs: DAY_MS }, { store, unused: () => 0 });
  expect(later.draw(1000, 600).count).toBe(0);
  expect(later.draw(1000, 400).count).toBe(400);
});
