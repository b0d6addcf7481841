import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { type Clock, systemClock } from "../../src/core/clock.ts";
import { openHostMemory } from "../../src/memory/host-memory.ts";
import { createQuota } from "../../src/policy/quota.ts";
import { fanfetch } from "../support/cli.ts";
import { temporaryFolder, type TemporaryFolder } from "../support/temp.ts";
import { urlsTo, type VirtualServer, virtualWorld } from "../support/virtual.ts";
import { startWorld, type World } from "../support/world.ts";
import { all, rowsCsv, rowsOf, verifyWhole } from "./aftermath.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A run over 50 rows, of which the hour's stock allows 30; and how to go on with it. */
async function stopped(folder: TemporaryFolder, server: World) {
  await folder.write("rows.csv", rowsCsv(50));
  const words = ["map", "rows.csv", server.at("/json/{n}"), "--rate", "30/h", "-o", "out.csv"];
  const ended = await fanfetch(...words)
    .in(folder)
    .env({ FANFETCH_STATE: join(folder.path, "state") });
  const told = /go on with: fanfetch (.*)$/m.exec(ended.stderr)?.[1];
  return { ended, told: told?.split(" ") ?? [] };
}

/** Another state of the same user, in which so much of the hour's stock was spent so long ago. */
async function spentAgo(path: string, origin: string, count: number, agoMs: number): Promise<void> {
  const clock: Clock = { ...systemClock, wallNow: () => Date.now() - agoMs };
  await using memory = openHostMemory({ folder: path, clock });
  const quota = createQuota([{ count: 30, perMs: HOUR_MS }], { memory, scope: origin, clock });
  for (let sent = 0; sent < count; sent += 1) quota.take(quota.nextAt(clock.now()));
}

describe("a declared quota that is gone", () => {
  test("62 stops the run with exit code 3, tells when it is there again, and sends nothing before", async () => {
    await using server = await startWorld();
    await using folder = await temporaryFolder();
    const { ended, told } = await stopped(folder, server);
    expect(ended.exitCode, ended.stderr).toBe(3);
    expect(ended.stderr).toMatch(
      /the quota of 127\.0\.0\.1:\d+ is used up until .*\d\d:\d\d.* \(in (?:1 h|59 min|60 min).*\)/,
    );
    expect(server.seen.total).toBe(30);
    expect(rowsOf(await folder.read("out.csv"))).toHaveLength(30);
    const early = await fanfetch(...told)
      .in(folder)
      .env({ FANFETCH_STATE: join(folder.path, "state") });
    expect(early.exitCode, early.stderr).toBe(3);
    expect(early.stderr).toContain("is used up until");
    expect(server.seen.total).toBe(30);
  });

  test("62 resume goes on where the quota is there again, and asks nothing twice", async () => {
    await using server = await startWorld();
    await using folder = await temporaryFolder();
    const { told } = await stopped(folder, server);
    const later = join(folder.path, "an hour later");
    await spentAgo(later, server.url, 30, 1.1 * HOUR_MS);
    const resumed = await fanfetch(...told)
      .in(folder)
      .env({ FANFETCH_STATE: later });
    expect(resumed.exitCode, resumed.stderr).toBe(0);
    expect(rowsOf(await folder.read("out.csv"))).toEqual(all(50));
    expect(server.seen.total).toBe(50);
    await verifyWhole(folder);
  });

  test("62 resume --wait waits until the quota is there again and goes on by itself", async () => {
    await using server = await startWorld();
    await using folder = await temporaryFolder();
    const { told } = await stopped(folder, server);
    const later = join(folder.path, "nearly an hour later");
    const backMs = performance.now() + 1_500;
    await spentAgo(later, server.url, 30, HOUR_MS - 1_500);
    const resumed = await fanfetch(...told, "--wait", "--max-retry-after", "100ms")
      .in(folder)
      .env({ FANFETCH_STATE: later });
    expect(resumed.exitCode, resumed.stderr).toBe(0);
    expect(rowsOf(await folder.read("out.csv"))).toEqual(all(50));
    const [next] = server.seen.requests().slice(30);
    expect(next!.atMs).toBeGreaterThanOrEqual(backMs - 1);
    expect(server.seen.total).toBe(50);
  });
});

/** How a server whose 100 requests a day are gone tells of that. */
const VOICES: ReadonlyMap<string, (left: number, resetS: number) => string[]> = new Map([
  [
    "X-RateLimit fields",
    (left, resetS) => [
      ...["x-ratelimit-limit", "100", "x-ratelimit-remaining", String(left)],
      ...["x-ratelimit-reset", String(resetS)],
    ],
  ],
  [
    "RateLimit fields",
    (left, resetS) => [
      ...["ratelimit-policy", '"day";q=100;w=86400'],
      ...["ratelimit", `"day";r=${left};t=${resetS}`],
    ],
  ],
  ["Retry-After alone", (left, resetS) => (left < 0 ? ["retry-after", String(resetS)] : [])],
]);

/** 100 a day, counted from midnight. */
function dailyQuota(voice: (left: number, resetS: number) => string[]): VirtualServer {
  const taken = new Map<number, number>();
  return (_request, { nowMs }) => {
    const day = Math.floor(nowMs / DAY_MS);
    const count = (taken.get(day) ?? 0) + 1;
    taken.set(day, count);
    const isRefused = count > 100;
    const fields = voice(
      isRefused ? -1 : 100 - count,
      Math.ceil(((day + 1) * DAY_MS - nowMs) / 1000),
    );
    const headers: Record<string, string> = {};
    for (let at = 0; at < fields.length; at += 2) {
      headers[fields[at]!] = fields[at + 1] === "-1" ? "0" : fields[at + 1]!;
    }
    if (headers["ratelimit"] !== undefined) {
      headers["ratelimit"] = headers["ratelimit"].replace("r=-1", "r=0");
    }
    return { afterMs: 40, status: isRefused ? 429 : 200, headers };
  };
}

for (const [name, voice] of VOICES) {
  test(`62 a server's own daily quota, told by ${name}, stops the run until it is there again`, async () => {
    await using world = virtualWorld(dailyQuota(voice), { limits: { perHost: 8 } });
    const outcomes = await world.ask(urlsTo("a.example", 250));
    expect(outcomes).toHaveLength(100);
    expect(world.halt.cause).toMatchObject({ reason: "quota", host: "http://a.example" });
    const { untilWallMs } = world.halt.cause as { readonly untilWallMs: number };
    expect(Math.abs(untilWallMs - DAY_MS)).toBeLessThanOrEqual(1_000);
    const refused = world.seen.filter(({ status }) => status === 429);
    expect(refused.length).toBeLessThanOrEqual(name.startsWith("Retry-After") ? 10 : 0);
  });

  test(`62 with --wait a server's own daily quota, told by ${name}, is waited for`, async () => {
    await using world = virtualWorld(dailyQuota(voice), {
      limits: { perHost: 8 },
      whenQuotaIsGone: "wait",
      stepMs: 10_000,
    });
    const outcomes = await world.ask(urlsTo("a.example", 250));
    expect(outcomes.filter(({ kind }) => kind === "answered")).toHaveLength(250);
    expect(world.seen.filter(({ status }) => status === 429).length).toBeLessThanOrEqual(20);
    expect(world.clock.now()).toBeGreaterThan(2 * DAY_MS);
    expect(world.clock.now()).toBeLessThan(2 * DAY_MS + 60_000);
  });
}

test("62 fields that say nothing is left for hours stop no run whose answers are accepted", async () => {
  await using world = virtualWorld(() => ({
    afterMs: 40,
    headers: {
      "x-ratelimit-limit": "100",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": "86400",
    },
  }));
  const outcomes = await world.ask(urlsTo("a.example", 200));
  expect(outcomes.filter(({ kind }) => kind === "answered")).toHaveLength(200);
  expect(world.clock.now()).toBeLessThan(60_000);
});
