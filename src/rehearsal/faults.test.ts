import { expect, test } from "vitest";

import { type Clock, systemClock } from "../core/clock.ts";
import { parseFaults } from "./faults.ts";
import { type Rehearsal, type RehearsalOptions, startRehearsal } from "./rehearsal.ts";

/** A clock that the test sets; waits are over at once. */
class SetClock implements Clock {
  nowMs = 0;
  readonly delaysMs: number[] = [];
  now(): number {
    return this.nowMs;
  }
  wallNow(): number {
    return 0;
  }
  after(delayMs: number, callback: () => void): Disposable {
    this.delaysMs.push(delayMs);
    return systemClock.after(0, callback);
  }
}

function start(options: RehearsalOptions) {
  return startRehearsal({ clock: new SetClock(), ...options });
}

/** What becomes of a question: its status, or that there is no whole answer. */
async function ask(server: Rehearsal, path: string): Promise<number | "none"> {
  try {
    const answer = await fetch(server.url + path);
    await answer.text();
    return answer.status;
  } catch {
    return "none";
  }
}

async function askAll(server: Rehearsal, count: number): Promise<readonly (number | "none")[]> {
  const ends: (number | "none")[] = [];
  for (let row = 0; row < count; row += 1) ends.push(await ask(server, `/json/${row}`));
  return ends;
}

test("a share of the requests meets a fault, the same ones for the same seed", async () => {
  await using one = await start({ faults: "errors=10%,resets=10%" });
  await using again = await start({ faults: "errors=10%,resets=10%" });
  await using other = await start({ faults: "errors=10%,resets=10%", seed: 2 });
  const ends = await askAll(one, 200);
  expect(ends.filter((end) => end === 500).length).toBeGreaterThan(8);
  expect(ends.filter((end) => end === "none").length).toBeGreaterThan(8);
  expect(ends.filter((end) => end === 200).length).toBeGreaterThan(140);
  expect(ends.map((end) => end === 500)).toEqual(
    (await askAll(again, 200)).map((end) => end === 500),
  );
  expect(await askAll(other, 200)).not.toEqual(ends);
});

test("a fault may be gone when the same is asked again", async () => {
  await using server = await start({ faults: "errors=50%" });
  const ends = new Set<number | "none">();
  for (let time = 0; time < 20; time += 1) ends.add(await ask(server, "/json/1"));
  expect(ends).toEqual(new Set([200, 500]));
});

test("poisoned questions are never answered well, and the others always are", async () => {
  await using server = await start({ faults: "poison=3" });
  const first = await askAll(server, 30);
  const poisoned = first.flatMap((end, row) => (end === 200 ? [] : [row]));
  expect(poisoned.length).toBe(3);
  expect(Math.max(...poisoned)).toBeLessThan(9);
  const again = await askAll(server, 30);
  expect(again.flatMap((end, row) => (end === 200 ? [] : [row]))).toEqual(poisoned);
  const marked = server.seen.requests().filter((one) => one.poisoned);
  expect(new Set(marked.map(({ path }) => path))).toEqual(
    new Set(poisoned.map((row) => `/json/${row}`)),
  );
});

test("a share of all questions can be poisoned", async () => {
  await using server = await start({ faults: "poison=20%" });
  const bad = (await askAll(server, 100)).filter((end) => end !== 200);
  expect(bad.length).toBeGreaterThan(8);
  expect(bad.length).toBeLessThan(40);
});

test("a burst refuses everything for a while in each period, and is told from earned refusals", async () => {
  const clock = new SetClock();
  await using server = await start({ faults: "burst-429=1s/20s", clock });
  const at = async (nowMs: number) => {
    clock.nowMs = nowMs;
    return await ask(server, "/json/1");
  };
  expect(await at(0)).toBe(200);
  expect(await at(9_999)).toBe(200);
  expect(await at(10_000)).toBe(429);
  expect(await at(10_999)).toBe(429);
  expect(await at(11_000)).toBe(200);
  expect(await at(30_500)).toBe(429);
  expect(server.seen.requests().filter(({ staged }) => staged).length).toBe(3);
});

test("slow bodies come in ten pieces and whole, cut ones end in the middle", async () => {
  const clock = new SetClock();
  await using slow = await start({ faults: "slow-bodies=100%", clock });
  expect(await (await fetch(`${slow.url}/bytes/5kB`)).text()).toHaveLength(5_000);
  expect(clock.delaysMs).toEqual(Array.from({ length: 9 }, () => 200));
  await using cut = await start({ faults: "cuts=100%" });
  await expect(fetch(`${cut.url}/bytes/5kB`).then((one) => one.text())).rejects.toThrow(
    "terminated",
  );
  expect(cut.seen.requests()[0]).toMatchObject({ status: undefined });
  expect(cut.seen.inFlight).toBe(0);
});

test.each([
  ["resetz=2%", /"resetz" is not a fault; did you mean "resets"\?/],
  ["zzz", /"zzz" is not a fault; there are resets, hangs,/],
  ["resets=200%", /resets=200% is not a share; write for example resets=2%/],
  ["resets", /is not a share/],
  ["poison=none", /"none" is not a whole number/],
  ["burst-429=20s/1s", /never ends/],
  ["burst-429=1s", /is not a duration/],
])("%s is refused in one sentence", (text, words) => {
  expect(() => parseFaults(text, 1)).toThrow(words);
});
