import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { temporaryFolder } from "../../test/support/temp.ts";
import type { LimitProfile } from "../policy/limit-profile.ts";
import { createQuota } from "../policy/quota.ts";
import { createManualClock } from "../transport/manual-clock.ts";
import { openHostMemory } from "./host-memory.ts";
import { reserveNext } from "../../test/support/reserve-next.ts";

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 10, 21);
const SCOPE = "https://api.example.com";

function profileOf(rate: number): LimitProfile {
  return {
    rate,
    burst: undefined,
    concurrency: 8,
    latencyMs: 40,
    evidence: ["refusals"],
    detail: { ceiling: 9 },
  };
}
const SEEN = { requests: 100, refused: 2 };

test("the next run recalls what the last one told of a host", async () => {
  await using folder = await temporaryFolder();
  const clock = createManualClock(START_MS);
  const where = { folder: folder.path, clock };
  {
    await using memory = openHostMemory(where);
    expect(memory.recall(SCOPE)).toBeUndefined();
    memory.keep(SCOPE, profileOf(10), SEEN);
    memory.keep(SCOPE, profileOf(20), SEEN);
    expect(memory.recall(SCOPE)).toEqual(profileOf(20));
  }
  await using next = openHostMemory(where);
  expect(next.recall(SCOPE)).toEqual(profileOf(20));
  expect(next.recall("https://other.example.com")).toBeUndefined();
  expect(clock.pending).toBe(0);
});

test("a burst that the last run may have used fills again, and is known whole all the while", async () => {
  await using folder = await temporaryFolder();
  const clock = createManualClock(START_MS);
  const where = { folder: folder.path, clock };
  const bucket = { ...profileOf(20), burst: 100 };
  {
    await using memory = openHostMemory(where);
    memory.keep(SCOPE, bucket, SEEN);
  }
  for (let run = 0; run < 3; run += 1) {
    await clock.advance(1_000);
    await using memory = openHostMemory(where);
    const begun = memory.recall(SCOPE)!;
    expect(begun).toEqual({ ...bucket, burst: 20 });
    memory.keep(SCOPE, begun, SEEN);
  }
  await clock.advance(5_000);
  await using memory = openHostMemory(where);
  expect(memory.recall(SCOPE)).toEqual(bucket);
});

test("what was told is written ten seconds later, a few hosts at a time", async () => {
  await using folder = await temporaryFolder();
  const clock = createManualClock(START_MS);
  await using memory = openHostMemory({ folder: folder.path, clock });
  for (let host = 0; host < 50; host += 1)
    memory.keep(`https://${host}.example`, profileOf(1), SEEN);
  const written = (): number =>
    existsSync(join(folder.path, "hosts")) ? readdirSync(join(folder.path, "hosts")).length : 0;
  await clock.advance(9_999);
  expect(written()).toBe(0);
  await clock.advance(1);
  expect(written()).toBe(5);
  await clock.advance(50 * 9);
  expect(written()).toBe(50);
});

test("requests are counted over runs and over writes", async () => {
  await using folder = await temporaryFolder();
  const clock = createManualClock(START_MS);
  for (let run = 0; run < 2; run += 1) {
    await using memory = openHostMemory({ folder: folder.path, clock });
    memory.keep(SCOPE, profileOf(1), SEEN);
    await clock.advance(20_000);
    memory.keep(SCOPE, profileOf(1), SEEN);
    memory.keep(SCOPE, profileOf(1), SEEN);
  }
  const hosts = join(folder.path, "hosts");
  const [name] = readdirSync(hosts).filter((one) => one.endsWith(".json"));
  expect(JSON.parse(await folder.read(`hosts/${name}`))).toMatchObject({
    requests: 600,
    refused: 12,
    firstMs: START_MS + 10_000,
  });
});

test("what is older than 90 days is not recalled", async () => {
  await using folder = await temporaryFolder();
  const clock = createManualClock(START_MS);
  {
    await using memory = openHostMemory({ folder: folder.path, clock });
    memory.keep(SCOPE, profileOf(1), SEEN);
  }
  await using later = openHostMemory({ folder: folder.path, clock });
  await clock.advance(90 * DAY_MS);
  expect(later.recall(SCOPE)).toBeDefined();
  await clock.advance(1);
  expect(later.recall(SCOPE)).toBeUndefined();
});

test("a few requests that met no limit leave no file, unless the host is known already", async () => {
  await using folder = await temporaryFolder();
  const clock = createManualClock(START_MS);
  const nothing = { ...profileOf(1), rate: undefined, evidence: [] };
  {
    await using memory = openHostMemory({ folder: folder.path, clock });
    memory.keep(SCOPE, nothing, { requests: 5, refused: 0 });
    expect(memory.recall(SCOPE)).toEqual(nothing);
  }
  expect(await folder.names()).toEqual([]);
  {
    await using memory = openHostMemory({ folder: folder.path, clock });
    for (let told = 0; told < 4; told += 1)
      memory.keep(SCOPE, nothing, { requests: 5, refused: 0 });
  }
  await using memory = openHostMemory({ folder: folder.path, clock });
  expect(memory.recall(SCOPE)).toEqual(nothing);
  memory.keep(SCOPE, profileOf(7), { requests: 1, refused: 0 });
  await clock.advance(10_000);
  await using next = openHostMemory({ folder: folder.path, clock });
  expect(next.recall(SCOPE)).toEqual(profileOf(7));
});

test("a memory that is asked nothing touches nothing, and one without a folder knows nothing", async () => {
  await using folder = await temporaryFolder();
  const clock = createManualClock(START_MS);
  {
    await using memory = openHostMemory({ folder: join(folder.path, "state"), clock });
    expect(memory.recall(SCOPE)).toBeUndefined();
  }
  expect(await folder.names()).toEqual([]);
  await using memory = openHostMemory({ folder: undefined, clock });
  memory.keep(SCOPE, profileOf(1), SEEN);
  expect(memory.recall(SCOPE)).toBeUndefined();
  expect(memory.stock(SCOPE, { count: 1, perMs: DAY_MS }, () => 0)).toBeUndefined();
  expect(clock.pending).toBe(0);
});

test("a folder that cannot be made is told of once, and everything goes on in this process", async () => {
  await using folder = await temporaryFolder();
  const clock = createManualClock(START_MS);
  const told: string[] = [];
  const file = await folder.write("state", "a file where the folder would be");
  {
    await using memory = openHostMemory({
      folder: file,
      clock,
      onTrouble: (sentence) => told.push(sentence),
    });
    for (let host = 0; host < 30; host += 1) memory.keep(`h${host}`, profileOf(1), SEEN);
    await clock.advance(11_000);
    expect(memory.recall("h3")).toEqual(profileOf(1));
    const rates = [{ count: 3, perMs: DAY_MS }];
    const quota = createQuota(rates, { memory, scope: SCOPE, clock });
    for (let sent = 0; sent < 3; sent += 1) expect(reserveNext(quota, clock.now())).toBe(0);
    expect(quota.goneUntil(clock.now())).toBeGreaterThan(clock.now() + DAY_MS / 2);
  }
  expect(told).toEqual([
    `the memory of hosts in ${file}: not a directory; the run goes on without it`,
  ]);
});

test.skipIf(process.getuid?.() === 0)("a folder without permission is told of once", async () => {
  await using folder = await temporaryFolder();
  const told: string[] = [];
  chmodSync(folder.path, 0o500);
  {
    await using memory = openHostMemory({
      folder: join(folder.path, "state"),
      clock: createManualClock(START_MS),
      onTrouble: (sentence) => told.push(sentence),
    });
    memory.keep(SCOPE, profileOf(1), SEEN);
  }
  chmodSync(folder.path, 0o700);
  expect(told).toHaveLength(1);
});

test("a damaged record is told of, forgotten, and written anew", async () => {
  await using folder = await temporaryFolder();
  const clock = createManualClock(START_MS);
  const told: string[] = [];
  const where = { folder: folder.path, clock, onTrouble: (words: string) => told.push(words) };
  {
    await using memory = openHostMemory(where);
    memory.keep(SCOPE, profileOf(1), SEEN);
  }
  const hosts = join(folder.path, "hosts");
  for (const name of readdirSync(hosts)) writeFileSync(join(hosts, name), "{");
  {
    await using memory = openHostMemory(where);
    expect(memory.recall(SCOPE)).toBeUndefined();
    memory.keep(SCOPE, profileOf(2), SEEN);
  }
  expect(told).toHaveLength(1);
  expect(told[0]).toContain(`what was known of ${SCOPE} is damaged and forgotten`);
  await using memory = openHostMemory(where);
  expect(memory.recall(SCOPE)).toEqual(profileOf(2));
});

test("a quota whose database is damaged is told of once and counted in this process", async () => {
  await using folder = await temporaryFolder();
  const clock = createManualClock(START_MS);
  const told: string[] = [];
  mkdirSync(folder.path, { recursive: true });
  await folder.write(
    "quotas.sqlite",
    "not a database, but long enough to be read as one".repeat(99),
  );
  await using memory = openHostMemory({
    folder: folder.path,
    clock,
    onTrouble: (words) => told.push(words),
  });
  const rates = [{ count: 40, perMs: DAY_MS }];
  const quota = createQuota(rates, { memory, scope: SCOPE, clock });
  for (let sent = 0; sent < 40; sent += 1) expect(reserveNext(quota, clock.now())).toBe(0);
  expect(quota.goneUntil(clock.now())).toBeDefined();
  expect(told).toHaveLength(1);
  expect(told[0]).toContain("not a database");
});
