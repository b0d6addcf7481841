import { expect, test } from "vitest";

import { createCall } from "../../src/core/call.ts";
import type { Clock } from "../../src/core/clock.ts";
import { createRequest } from "../../src/core/request.ts";
import { openSession } from "../../src/engine/session.ts";
import { newRunDirectory } from "../../src/queue/run-directories.ts";
import { createManualClock, createScriptedTransport } from "../../src/testing.ts";
import { fanfetch } from "../support/cli.ts";
import { temporaryFolder } from "../support/temp.ts";
import { startWorld } from "../support/world.ts";
import { all, rowsCsv, rowsOf, verifyWhole } from "./aftermath.ts";

const DAY_MS = 86_400_000;

test("105 a wall clock that jumps by days moves no timer: waits, pauses and rates are as long as they were asked for", async () => {
  const manual = createManualClock();
  let looks = 0;
  const clock: Clock = {
    now: () => manual.now(),
    after: (delayMs, callback) => manual.after(delayMs, callback),
    wallNow: () => {
      looks += 1;
      return manual.wallNow() + (looks % 2 === 0 ? DAY_MS : -DAY_MS);
    },
  };
  const date = "Sun, 06 Nov 1994 08:49:37 GMT";
  const transport = createScriptedTransport([
    { status: 429, headers: { "retry-after": "2" } },
    // Three seconds by the server's own clock, wherever that stands.
    { status: 503, headers: { "retry-after": "Sun, 06 Nov 1994 08:49:40 GMT", date } },
    {},
  ]);
  const limits = { rates: [{ count: 1, perMs: 1_000 }] };
  await using session = openSession({ limits }, { clock, transport });
  const call = createCall();
  const first = session.send(createRequest({ url: "http://a.example/1" }), call);
  await manual.advance(5_900);
  expect((await first).status).toBe(200);
  expect(call.heldMs).toBe(5_000);
  const sentMs: number[] = [];
  const others = [2, 3, 4].map(async (n) => {
    await session.send(createRequest({ url: `http://a.example/${n}` }), createCall());
    sentMs.push(manual.now());
  });
  await manual.advance(4_000);
  await Promise.all(others);
  for (const [index, ms] of sentMs.slice(1).entries()) {
    expect(ms - sentMs[index]!).toBeGreaterThanOrEqual(1_000);
    expect(ms - sentMs[index]!).toBeLessThan(1_100);
  }
  expect(sentMs).toHaveLength(3);
  expect(looks).toBeGreaterThan(0);
});

test("105 a run of an earlier time of day never takes the directory of one that is there", async () => {
  await using folder = await temporaryFolder();
  const noon = new Date(2026, 2, 29, 12, 0);
  const names: string[] = [];
  // Set back by a day, and over the hour that summer time takes away or gives twice.
  for (const shiftMs of [0, -DAY_MS, 0, -10 * 3_600_000, -9 * 3_600_000, 0]) {
    const directory = newRunDirectory(folder.path, "rows", new Date(noon.getTime() + shiftMs));
    names.push(directory);
    await folder.write(directory.slice(folder.path.length + 1), "");
  }
  expect(new Set(names).size).toBe(names.length);
});

/** Gives every thread of a command a wall clock that goes back and forth by a day at each look. */
const JUMPING = `data:text/javascript,${encodeURIComponent(`
  const { now } = Date;
  let looks = 0;
  Date.now = () => now() + ((looks += 1) % 2 === 0 ? ${DAY_MS} : -${DAY_MS});
  globalThis.Date = class extends Date {
    constructor(...given) {
      super(...(given.length === 0 ? [Date.now()] : given));
    }
  };
`)}`;

test("105 on a machine whose clock goes back and forth by days, a run stops, goes on and is whole", async () => {
  await using world = await startWorld();
  await using folder = await temporaryFolder();
  await folder.write("rows.csv", rowsCsv(60));
  const env = { NODE_OPTIONS: `--import ${JUMPING}` };
  const url = world.at("/retry-after/0s/then/json/{n}");
  const stopped = await fanfetch("map", "rows.csv", url, "-o", "out.csv", "--max-requests", "60")
    .in(folder)
    .env(env);
  expect(stopped.exitCode, stopped.stderr).toBe(3);
  for (let resumed = 0; resumed < 2; resumed += 1) {
    const ended = await fanfetch("resume").in(folder).env(env);
    expect(ended.exitCode, ended.stderr).toBe(0);
  }
  expect(rowsOf(await folder.read("out.csv"))).toEqual(all(60));
  await verifyWhole(folder);
});
