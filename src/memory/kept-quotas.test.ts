import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { temporaryFolder } from "../../test/support/temp.ts";
import { createQuota } from "../policy/quota.ts";
import { createManualClock } from "../transport/manual-clock.ts";
import { openHostMemory, QUOTAS_FILE } from "./host-memory.ts";
import { openQuotaDatabase } from "./quota-database.ts";
import { reserveNext } from "../../test/support/reserve-next.ts";

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 10, 21);
const SCOPE = "https://api.example.com";

/** A process that departs as often as the quota lets it, tells the number, and then ends as it is told. */
const SPENDER = (source: string, end: "disposes" | "is killed"): string => `
  import { openHostMemory } from ${JSON.stringify(new URL("host-memory.ts", source).href)};
  import { createQuota } from ${JSON.stringify(new URL("../policy/quota.ts", source).href)};
  import { systemClock } from ${JSON.stringify(new URL("../core/clock.ts", source).href)};
  const [folder, most] = process.argv.slice(2);
  const clock = systemClock;
  const onTrouble = (words) => { console.error(words); process.exit(9); };
  const memory = openHostMemory({ folder, clock, onTrouble });
  const rates = [{ count: 400, perMs: ${DAY_MS} }];
  const quota = createQuota(rates, { memory, scope: "${SCOPE}", clock });
  let sent = 0;
  while (sent < Number(most) && quota.goneUntil(clock.now()) === undefined) {
    quota.take(clock.now());
    sent += 1;
  }
  process.stdout.write(String(sent), async () => {
    ${end === "disposes" ? "await memory[Symbol.asyncDispose]();" : "process.kill(process.pid, 'SIGKILL');"}
  });
`;

async function spend(script: string, folder: string, most: number): Promise<number> {
  const child = spawn(process.execPath, [script, folder, String(most)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += String(chunk)));
  await once(child, "close");
  return Number(text);
}

test("processes at once send the quota of a day together, to the last, and then it is gone", async () => {
  await using folder = await temporaryFolder();
  const script = await folder.write("spend.mjs", SPENDER(import.meta.url, "disposes"));
  const state = join(folder.path, "state");
  const sent = await Promise.all([200, 200, 1000].map((most) => spend(script, state, most)));
  const total = sent.reduce((sum, one) => sum + one, 0);
  expect(total).toBeLessThanOrEqual(400);
  // What the first two held when the third found nothing went back when they ended.
  expect(total + (await spend(script, state, 1000))).toBe(400);
  expect(await spend(script, state, 1000)).toBe(0);
});

test("a killed process takes what it had drawn with it, and no more", async () => {
  await using folder = await temporaryFolder();
  const script = await folder.write("spend.mjs", SPENDER(import.meta.url, "is killed"));
  const state = join(folder.path, "state");
  expect(await spend(script, state, 5)).toBe(5);
  const sent = await spend(script, state, 1000);
  expect(sent).toBe(380);
});

test("the database is private to the user", async () => {
  await using folder = await temporaryFolder();
  const clock = createManualClock(START_MS);
  await using memory = openHostMemory({ folder: join(folder.path, "state"), clock });
  const quota = createQuota([{ count: 5, perMs: DAY_MS }], { memory, scope: SCOPE, clock });
  reserveNext(quota, clock.now());
  const state = join(folder.path, "state");
  const names = readdirSync(state);
  expect(names).toContain(QUOTAS_FILE);
  for (const name of names) expect(statSync(join(state, name)).mode & 0o777).toBe(0o600);
  expect(statSync(state).mode & 0o777).toBe(0o700);
});

test("rates and keys are counted apart, listed, and forgotten by scope or once they are free again", async () => {
  await using folder = await temporaryFolder();
  const clock = createManualClock(START_MS);
  const rates = [
    { count: 50, perMs: 3_600_000 },
    { count: 500, perMs: DAY_MS },
  ];
  {
    await using memory = openHostMemory({ folder: folder.path, clock });
    for (const [scope, most] of [
      [SCOPE, 7],
      [`${SCOPE}#0123456789ab`, 3],
    ] as const) {
      const quota = createQuota(rates, { memory, scope, clock });
      for (let sent = 0; sent < most; sent += 1) reserveNext(quota, clock.now());
    }
  }
  const path = join(folder.path, QUOTAS_FILE);
  const told = (nowMs: number): readonly unknown[] => {
    using database = openQuotaDatabase(path, nowMs);
    return database.list(nowMs).map(({ scope, rate, spent }) => {
      const total = spent.reduce((sum, one) => sum + one.count, 0);
      return `${scope} ${total} of ${rate.count}`;
    });
  };
  const keyed = `${SCOPE}#0123456789ab`;
  expect(told(START_MS)).toEqual([
    `${SCOPE} 7 of 50`,
    `${SCOPE} 7 of 500`,
    `${keyed} 3 of 50`,
    `${keyed} 3 of 500`,
  ]);
  expect(told(START_MS + 2 * 3_600_000)).toEqual([`${SCOPE} 7 of 500`, `${keyed} 3 of 500`]);
  {
    using database = openQuotaDatabase(path, START_MS);
    database.forget(SCOPE);
  }
  expect(told(START_MS)).toEqual([`${keyed} 3 of 500`]);
  expect(told(START_MS + 2 * DAY_MS)).toEqual([]);
});

test("a database of a later version is left alone", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, QUOTAS_FILE);
  openQuotaDatabase(path, START_MS)[Symbol.dispose]();
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(path);
  database.exec("PRAGMA user_version = 2");
  database.close();
  expect(() => openQuotaDatabase(path, START_MS)).toThrow("later version");
});
