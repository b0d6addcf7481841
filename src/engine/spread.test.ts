import { describe, expect, test } from "vitest";

import { createRequest } from "../core/request.ts";
import { type Owed, spread } from "./spread.ts";

function owed(host: string, count: number): Owed[] {
  return Array.from({ length: count }, (_, index) => ({
    request: createRequest({ url: `http://${host}/${index}` }),
  }));
}

async function* batches(...all: Owed[][]): AsyncGenerator<readonly Owed[]> {
  yield* all;
}

const hostOf = (one: Owed | undefined): string =>
  one === undefined ? "none" : new URL(one.request.url).hostname;

describe("whose turn it is", () => {
  test("an input sorted by host is given out evenly over the hosts", async () => {
    const turns = spread(batches(owed("a", 100), owed("b", 100), owed("c", 100)), {
      turnsAt: () => 10,
    });
    await turns.next();
    const given: string[] = [];
    for (let count = 0; count < 9; count += 1) given.push(hostOf(await turns.next()));
    const counts = new Map<string, number>();
    for (const host of given) counts.set(host, (counts.get(host) ?? 0) + 1);
    expect(Math.max(...counts.values())).toBeLessThanOrEqual(4);
    expect(counts.size).toBe(3);
  });

  test("a host never has more out than its limit, and goes on when one has landed", async () => {
    const turns = spread(batches(owed("a", 5)), { turnsAt: () => 2 });
    const first = (await turns.next())!;
    await turns.next();
    const third = turns.next();
    let isGiven = false;
    void Promise.resolve(third).then(() => {
      isGiven = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isGiven).toBe(false);
    turns.landed(first);
    expect(hostOf(await third)).toBe("a");
  });

  test("everything is given exactly once, whatever lands when", async () => {
    const all = [owed("a", 300), owed("b", 7), owed("c", 150)];
    const turns = spread(batches(...all), { turnsAt: () => 3, lookAhead: 20 });
    const seen = new Set<Owed>();
    const out: Owed[] = [];
    for (;;) {
      let isGiven = false;
      const next = Promise.resolve(turns.next()).finally(() => {
        isGiven = true;
      });
      await new Promise((resolve) => setImmediate(resolve));
      while (!isGiven && out.length > 0) {
        turns.landed(out.shift()!);
        await new Promise((resolve) => setImmediate(resolve));
      }
      const one = await next;
      if (one === undefined) break;
      expect(seen.has(one)).toBe(false);
      seen.add(one);
      out.push(one);
    }
    expect(seen.size).toBe(457);
  });

  test("it is read far ahead for another host, but not where one has long been alone", async () => {
    let read = 0;
    const list = [...Array.from({ length: 60 }, () => owed("a", 512)), owed("b", 3)];
    async function* counted(): AsyncGenerator<readonly Owed[]> {
      for (const batch of list) {
        read += batch.length;
        yield batch;
      }
    }
    const turns = spread(counted(), { turnsAt: () => 1, lookAhead: 2_000 });
    let last = (await turns.next())!;
    const furthest = new Map<string, number>();
    for (let given = 1; ; given += 1) {
      const next = turns.next();
      await new Promise((resolve) => setImmediate(resolve));
      const ahead = read - given;
      const phase = read > 24_000 ? "late" : read < 18_000 ? "early" : "between";
      furthest.set(phase, Math.max(furthest.get(phase) ?? 0, ahead));
      turns.landed(last);
      const one = await next;
      if (one === undefined) break;
      last = one;
    }
    expect(furthest.get("early")).toBeGreaterThan(1_900);
    expect(furthest.get("late")).toBeLessThanOrEqual(1_024 + 3);
  });

  test("one that rests lets its host have another turn, and counts again when it goes on", async () => {
    const turns = spread(batches(owed("a", 3)), { turnsAt: () => 1 });
    const first = (await turns.next())!;
    turns.landed(first);
    const second = (await turns.next())!;
    expect(second).not.toBe(first);
    turns.resumed(first);
    turns.landed(second);
    turns.landed(first);
    expect(await turns.next()).toBeDefined();
    expect(await turns.next()).toBeUndefined();
  });

  test("a source that breaks is heard of", async () => {
    async function* broken(): AsyncGenerator<readonly Owed[]> {
      yield owed("a", 1);
      throw new Error("line 2 is bad");
    }
    const turns = spread(broken(), { turnsAt: () => 2 });
    const take = async (): Promise<void> => {
      while ((await turns.next()) !== undefined);
    };
    await expect(take()).rejects.toThrow("line 2 is bad");
  });

  test("closing ends the turns though the source would go on", async () => {
    const turns = spread(batches(owed("a", 50)), { turnsAt: () => 50 });
    await turns.next();
    await turns.close();
    expect(await turns.next()).toBeUndefined();
  });
});
