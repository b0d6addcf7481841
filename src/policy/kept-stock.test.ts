import { expect, test } from "vitest";

import type { Clock } from "../core/clock.ts";
import type { HostMemory } from "./host-memory.ts";
import { createKeptStock } from "./kept-stock.ts";
import { createQuotaStock, type LeavableStock } from "./quota-stock.ts";
import { createQuota } from "./quota.ts";
import type { Spent } from "./quota-window.ts";
import { reserveNext } from "../../test/support/reserve-next.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOON_MS = Date.UTC(2026, 10, 21, 12);

/** Time that is set by hand; the wall clock's can be set apart. */
function createTime(wallMs: number) {
  const clock: Clock = {
    now: () => time.nowMs,
    wallNow: () => time.nowMs + time.offsetMs,
    after: () => ({ [Symbol.dispose]() {} }),
  };
  const time = { clock, nowMs: 0, offsetMs: wallMs };
  return time;
}

/** What runs have spent, kept in a variable; `end` is the end of a run. */
function createMemory() {
  let spent: readonly Spent[] = [];
  let stocks: LeavableStock[] = [];
  const asked = { times: 0 };
  const memory: HostMemory = {
    recall: () => undefined,
    keep: () => {},
    stock(_scope, rate, unused) {
      const store = {
        change: <T>(
          decide: (s: readonly Spent[]) => { readonly spent: readonly Spent[]; readonly result: T },
        ): T => {
          asked.times += 1;
          const { spent: after, result } = decide(spent);
          spent = after;
          return result;
        },
      };
      const stock = createQuotaStock(rate, { store, unused });
      stocks.push(stock);
      return stock;
    },
  };
  return {
    memory,
    asked,
    end(wallMs: number) {
      for (const stock of stocks) stock.leave(wallMs);
      stocks = [];
    },
  };
}

const RATES = [
  { count: 10, perMs: 1000 },
  { count: 100, perMs: DAY_MS },
];
const scope = "https://api.example.com";

test("a day's quota is counted over runs: what the first left, the second has, then it is gone and tells until when", () => {
  const kept = createMemory();
  const morning = createTime(NOON_MS - 4 * HOUR_MS);
  const first = createQuota(RATES, { memory: kept.memory, scope, clock: morning.clock });
  for (let sent = 0; sent < 60; sent += 1) morning.nowMs += reserveNext(first, morning.nowMs);
  expect(first.goneUntil(morning.nowMs)).toBeUndefined();
  kept.end(morning.clock.wallNow());

  const noon = createTime(NOON_MS);
  const second = createQuota(RATES, { memory: kept.memory, scope, clock: noon.clock });
  let sent = 0;
  while (sent < 1000 && second.goneUntil(noon.nowMs) === undefined) {
    noon.nowMs = second.nextAt(noon.nowMs);
    second.take(noon.nowMs);
    sent += 1;
  }
  expect(sent).toBe(40);
  expect(noon.nowMs).toBeLessThan(10_000);
  const backMs = noon.offsetMs + second.goneUntil(noon.nowMs)!;
  // A day after the first run's first request, rounded up to a part of the day.
  expect(backMs).toBeGreaterThan(NOON_MS - 4 * HOUR_MS + DAY_MS);
  expect(backMs).toBeLessThan(NOON_MS - 4 * HOUR_MS + DAY_MS * 1.005);
  kept.end(noon.clock.wallNow());

  const nextDay = createTime(backMs);
  const third = createQuota(RATES, { memory: kept.memory, scope, clock: nextDay.clock });
  expect(third.goneUntil(0)).toBeUndefined();
  expect(third.nextAt(0)).toBe(0);
});

test("most departures ask nobody, and a gone stock is asked again once a minute", () => {
  const { memory, asked } = createMemory();
  const time = createTime(NOON_MS);
  const stock = createKeptStock(
    { count: 1000, perMs: DAY_MS },
    { memory, scope, clock: time.clock },
  )!;
  for (let sent = 0; sent < 1000; sent += 1) stock.take(stock.nextAt(time.nowMs));
  expect(asked.times).toBeLessThan(80);
  const before = asked.times;
  for (time.nowMs = 0; time.nowMs < 600_000; time.nowMs += 1000) stock.nextAt(time.nowMs);
  expect(asked.times - before).toBeLessThanOrEqual(11);
});

test("places in the future are each another one", () => {
  const { memory } = createMemory();
  const time = createTime(NOON_MS);
  const stock = createKeptStock(
    { count: 2, perMs: HOUR_MS },
    { memory, scope, clock: time.clock },
  )!;
  const tenMinutes = 600_000;
  stock.take(stock.nextAt(0));
  time.nowMs = tenMinutes;
  stock.take(stock.nextAt(tenMinutes));
  const third = reserveNext(stock, tenMinutes);
  const fourth = reserveNext(stock, tenMinutes);
  expect(third).toBeGreaterThan(HOUR_MS - tenMinutes);
  expect(third).toBeLessThan(HOUR_MS);
  expect(fourth).toBeGreaterThan(HOUR_MS);
  time.nowMs = tenMinutes + fourth + 1;
  expect(stock.nextAt(time.nowMs)).toBeGreaterThan(time.nowMs);
});

test("after a sleep of the machine the wall clock counts", () => {
  const { memory, asked } = createMemory();
  const time = createTime(NOON_MS);
  const stock = createKeptStock(
    { count: 100, perMs: DAY_MS },
    { memory, scope, clock: time.clock },
  )!;
  stock.take(stock.nextAt(0));
  time.offsetMs += 8 * HOUR_MS;
  const before = asked.times;
  expect(stock.nextAt(0)).toBe(0);
  expect(asked.times).toBe(before + 1);
});

test("where nothing is remembered, stocks are this process's own and still tell when they are gone", () => {
  const memory: HostMemory = { recall: () => undefined, keep() {}, stock: () => undefined };
  const quota = createQuota(RATES, { memory, scope, clock: createTime(NOON_MS).clock });
  let nowMs = 0;
  for (let sent = 0; sent < 100; sent += 1) nowMs += reserveNext(quota, nowMs);
  expect(quota.goneUntil(nowMs)).toBeCloseTo(DAY_MS + 25);
  expect(createQuota([{ count: 1, perMs: 1000 }]).goneUntil(0)).toBeUndefined();
});
