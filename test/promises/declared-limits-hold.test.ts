import { monitorEventLoopDelay } from "node:perf_hooks";
import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { startWorld, type World } from "../support/world.ts";

const PLACES = 3;
const PER_SECOND = 40;

/** Two servers, and rows for both: failed and asked again, cut, redirected, also from one to the other. */
async function startTwo(stack: AsyncDisposableStack, each: number, slow: string) {
  const one = stack.use(await startWorld());
  const two = stack.use(await startWorld());
  const rows: string[] = [];
  const rowsOf = (world: World, other: World, n: number): string[] => [
    world.at(`${slow}/json/${n}`),
    world.at(`${slow}/status/500/then/json/${n}`),
    world.at(`${slow}/cut-at/10B/bytes/1kB/then/json/${n}`),
    world.at(`${slow}/redirect/2/json/${n}`),
    world.at(`${slow}/redirect-to?url=${other.at(`${slow}/json/from-${n}`)}`),
  ];
  for (let n = 0; n < each; n += 1) rows.push(...rowsOf(one, two, n), ...rowsOf(two, one, n));
  return { servers: [one, two], rows };
}

test("no server has more at once than --per-host, over retries, cut answers and redirects", async () => {
  await using stack = new AsyncDisposableStack();
  const { servers, rows } = await startTwo(stack, 15, "/slow/10ms");
  const words = ["get", "--from", "-", "--per-host", String(PLACES)];
  const ended = await fanfetch(...words).stdin(rows.join("\n"));
  expect(ended.exitCode, ended.stderr).toBe(0);
  for (const { seen } of servers) {
    expect(seen.total).toBe(15 * 10);
    expect(seen.mostAtOnce()).toBe(PLACES);
  }
});

// A machine that stands still for a moment sees what came meanwhile all at once: no limit was broken then.
test(
  "no server is asked more in any second than --rate, over retries, cut answers and redirects",
  { retry: 2 },
  async () => {
    await using stack = new AsyncDisposableStack();
    const { servers, rows } = await startTwo(stack, 10, "/slow/1ms");
    const stalls = monitorEventLoopDelay({ resolution: 5 });
    stalls.enable();
    const words = ["get", "--from", "-", "--rate", `${PER_SECOND}/s`];
    const ended = await fanfetch(...words).stdin(rows.join("\n"));
    stalls.disable();
    expect(ended.exitCode, ended.stderr).toBe(0);
    const late = Math.ceil((stalls.max / 1e9) * PER_SECOND);
    for (const { seen } of servers) {
      expect(seen.total).toBe(10 * 10);
      expect(seen.perSecondPeak()).toBeLessThanOrEqual(PER_SECOND + late);
      expect(seen.perSecondPeak()).toBeGreaterThan(PER_SECOND / 2);
    }
  },
);
