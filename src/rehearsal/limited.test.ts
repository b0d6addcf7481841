import { request as httpRequest } from "node:http";

import { expect, test } from "vitest";

import { type Clock, systemClock } from "../core/clock.ts";
import { startRehearsal } from "./rehearsal.ts";

/** A clock that the test sets; waits are over at once and noted. */
class SetClock implements Clock {
  nowMs = 0;
  readonly delaysMs: number[] = [];
  now(): number {
    return this.nowMs;
  }
  wallNow(): number {
    return this.nowMs;
  }
  after(delayMs: number, callback: () => void): Disposable {
    this.delaysMs.push(delayMs);
    return systemClock.after(0, callback);
  }
}

interface Told {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
}

/** Asks under the name of another host, as `fetch` would not. */
function ask(url: string, host = "a.example"): Promise<Told> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { headers: { host } }, (response) => {
      response.resume();
      response.on("end", () =>
        resolve({ status: response.statusCode!, headers: response.headers }),
      );
    });
    sent.on("error", reject).end();
  });
}

test("a model limits each host on its own, and its refusals say until when", async () => {
  const clock = new SetClock();
  await using server = await startRehearsal({ clock, model: "window:2/1s,retry-after" });
  const url = `${server.url}/json/1`;
  expect((await ask(url)).status).toBe(200);
  expect((await ask(url)).status).toBe(200);
  const refused = await ask(url);
  expect(refused).toMatchObject({ status: 429, headers: { "retry-after": "1" } });
  expect((await ask(url, "b.example")).status).toBe(200);
  expect(server.seen.refused).toBe(1);
  expect(server.seen.requests().map(({ heldUntilMs }) => heldUntilMs)).toEqual([
    ...[undefined, undefined, 1000, undefined],
  ]);
  clock.nowMs = 1000;
  expect((await ask(url)).status).toBe(200);
  expect(server.limitOf("a.example")!.allowance(0, 10_000, 0)).toBeGreaterThan(15);
  expect(server.limitOf("c.example")).toBe(undefined);
});

test.each(["date", "rfc850", "asctime"])("a wait told as %s is understood", async (form) => {
  const clock = new SetClock();
  clock.nowMs = Date.UTC(2026, 10, 21, 12) + 400;
  await using server = await startRehearsal({ clock, model: `window:1/1s,retry-after=${form}` });
  await ask(`${server.url}/json/1`);
  expect((await ask(`${server.url}/json/2`)).status).toBe(429);
  // A date has whole seconds: it is never too early, and at most a second late.
  const { heldUntilMs = 0 } = server.seen.requests()[1]!;
  expect(heldUntilMs - clock.nowMs).toBeGreaterThanOrEqual(600);
  expect(heldUntilMs - clock.nowMs).toBeLessThanOrEqual(1600);
});

test("a place is free again once its answer is given, and an answer takes its time", async () => {
  const clock = new SetClock();
  await using server = await startRehearsal({ clock, model: "places:1,status=503", latencyMs: 70 });
  const held = fetch(`${server.url}/hang`).catch(() => "left");
  await server.seen.reached(1);
  // Its time is over and it hangs now, in its place.
  while ((await ask(server.url + "/json/1", server.url.slice(7))).status !== 503);
  expect(clock.delaysMs[0]).toBe(70);
  const other = await ask(`${server.url}/json/1`);
  expect(other.status).toBe(200);
  expect((await ask(`${server.url}/json/2`)).status).toBe(200);
  await server.close();
  expect(await held).toBe("left");
});

test("what a queue drops is reset", async () => {
  await using server = await startRehearsal({ model: "queue:1,drops=1" });
  const leaving = new AbortController();
  const held = fetch(`${server.url}/hang`, leaving).catch(() => "left");
  await server.seen.reached(1);
  await expect(ask(`${server.url}/json/1`, server.url.slice(7))).rejects.toMatchObject({
    code: "ECONNRESET",
  });
  leaving.abort();
  await held;
});

test("one server can play several models, by path", async () => {
  await using server = await startRehearsal({ clock: new SetClock() });
  const narrow = `${server.url}/model/window:1-per-1s,retry-after/answer/1`;
  expect((await ask(narrow)).status).toBe(200);
  expect((await ask(narrow)).status).toBe(429);
  expect((await ask(`${server.url}/model/window:9-per-1s/answer/1`)).status).toBe(200);
  expect((await ask(`${server.url}/model/widow:9-per-1s/answer/1`)).status).toBe(404);
});

test("a model that cannot be read is told before the server stands", async () => {
  await expect(startRehearsal({ model: "widow:3/1s" })).rejects.toThrow(/did you mean "window"/);
});
