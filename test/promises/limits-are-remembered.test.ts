import { join } from "node:path";
import { describe, expect, test } from "vitest";

import type { HostMemory } from "../../src/policy/host-memory.ts";
import type { LimitProfile } from "../../src/policy/limit-profile.ts";
import { limitModelOf } from "../../src/rehearsal/limit-model.ts";
import { logNormal, seededChance } from "../limits/chance.ts";
import { fanfetch } from "../support/cli.ts";
import {
  type Judged,
  type LimitedServer,
  rowsFor,
  startLimited,
} from "../support/limited-server.ts";
import { temporaryFolder } from "../support/temp.ts";
import { limitedBy, urlsTo, virtualWorld } from "../support/virtual.ts";

const SERVICE_MS = 40;

/** Limits of which a second run may start at the top, what they give in a second, and the share had of that in the first. */
const LIMITS: readonly (readonly [spec: string, perSecond: number, least: number])[] = [
  ["bucket:100/s,burst=100", 100, 0.95],
  ["window:50/1s,headers=ietf", 50, 0.95],
  ["places:8", 200, 0.95],
  // Its longest requests may be among its first: eight workers are few.
  ["queue:8", 200, 0.9],
];

/** Remembers one host, as text, as a file would. */
function oneHostMemory(): HostMemory {
  let kept: string | undefined;
  return {
    recall: () => (kept === undefined ? undefined : (JSON.parse(kept) as LimitProfile)),
    keep: (_scope, profile) => void (kept = JSON.stringify(profile)),
    stock: () => undefined,
  };
}

/** Answers of two runs, one after the other, of 10 s each. */
async function twoRuns(spec: string, seed: number) {
  const memory = oneHostMemory();
  const model = limitModelOf(spec);
  const runs: (readonly { readonly landedMs: number; readonly isRefused: boolean }[])[] = [];
  let startMs = 1_000_000_000_000;
  for (const forMs of [10_000, 10_000]) {
    const chance = seededChance(10 * seed + runs.length);
    await using world = virtualWorld(
      limitedBy(model, {
        serviceMs: () => SERVICE_MS * logNormal(chance, 0.2),
        clock: () => world.clock,
      }),
      { memory, startMs, seed },
    );
    const stop = new AbortController();
    const all = (async () => {
      const urls = urlsTo("a.example", 10_000);
      const { signal } = stop;
      for await (const outcome of world.session.asCompleted(urls, { signal })) void outcome;
    })().catch((error: unknown) => {
      if (!stop.signal.aborted) throw error;
    });
    await world.pass(startMs + forMs);
    const beganMs = startMs;
    const ended = world.seen.flatMap(({ endedMs, status }) =>
      endedMs === undefined ? [] : [{ landedMs: endedMs - beganMs, isRefused: status !== 200 }],
    );
    runs.push(ended);
    stop.abort();
    // What is out is let land, and a bucket is full again.
    await world.pass(startMs + forMs + 5_000);
    await all;
    startMs = world.clock.now();
  }
  return runs;
}

describe("a second run starts at the limit that the first one learned", () => {
  for (const [spec, perSecond, least] of LIMITS) {
    test(`${spec}: ${100 * least} % from the first second on, at most one in 200 is refused`, async () => {
      for (const seed of [1, 2]) {
        const second = (await twoRuns(spec, seed))[1]!;
        const accepted = second.filter(({ isRefused }) => !isRefused);
        const atOnce = accepted.filter(({ landedMs }) => landedMs < 1_000 + SERVICE_MS).length;
        expect(atOnce / perSecond, `seed ${seed}`).toBeGreaterThanOrEqual(least);
        const refused = second.length - accepted.length;
        expect(refused / second.length, `seed ${seed}`).toBeLessThanOrEqual(0.005);
      }
    });
  }
});

const refusedOf = (judged: readonly Judged[]): number =>
  judged.filter(({ isRefused }) => isRefused).length;

test("the second run of the command is hardly refused anything, as the servers see it", async () => {
  await using folder = await temporaryFolder();
  await using stack = new AsyncDisposableStack();
  const servers: LimitedServer[] = [];
  for (const [spec] of LIMITS) {
    servers.push(stack.use(await startLimited(spec, { serviceMs: SERVICE_MS })));
  }
  const environment = { FANFETCH_STATE: join(folder.path, "state") };
  const run = async (count: number, time: string): Promise<readonly (readonly Judged[])[]> => {
    const before = servers.map(({ judged }) => judged.length);
    const ended = await fanfetch("get", "--from", "-", "--max-time", time)
      .stdin(rowsFor(servers, count))
      .env(environment);
    expect([0, 3], ended.stderr).toContain(ended.exitCode);
    return servers.map(({ judged }, index) => judged.slice(before[index]));
  };
  const first = await run(600, "4s");
  const second = await run(400, "2500ms");
  // How fast a busy machine begins says nothing; the tests above hold it to the letter.
  for (const [index, [spec]] of LIMITS.entries()) {
    const judged = second[index]!;
    expect(refusedOf(judged) / judged.length, spec).toBeLessThanOrEqual(0.02);
  }
  expect(refusedOf(second.flat())).toBeLessThan(refusedOf(first.flat()));
});
