import { expect, test } from "vitest";

import { sleep } from "../../src/core/clock.ts";
import { createRequest } from "../../src/core/request.ts";
import { createManualClock } from "../../src/transport/manual-clock.ts";
import { createScriptedTransport } from "../../src/transport/scripted.ts";
import { flow } from "../../src/engine/flow.ts";
import { openSession } from "../../src/engine/session.ts";
import { spread } from "../../src/engine/spread.ts";

const HOSTS = 40;
const EACH = 250;
const PER_HOST = 4;
const LATENCY_MS = 5;

/** Milliseconds of virtual time that 40 hosts × 250 requests, sorted by host, take. */
async function makespan(
  concurrency: number,
): Promise<{ readonly ms: number; readonly most: number }> {
  const clock = createManualClock();
  const now = new Map<string, number>();
  let most = 0;
  const transport = createScriptedTransport(async ({ origin }) => {
    const atOnce = (now.get(origin) ?? 0) + 1;
    now.set(origin, atOnce);
    most = Math.max(most, atOnce);
    await sleep(clock, LATENCY_MS);
    now.set(origin, now.get(origin)! - 1);
    return {};
  });
  await using session = openSession(
    { limits: { concurrency, perHost: PER_HOST } },
    { clock, transport },
  );
  async function* sorted() {
    for (let host = 0; host < HOSTS; host += 1) {
      yield Array.from({ length: EACH }, (_, index) => ({
        request: createRequest({ url: `http://h${host}.example/${index}` }),
      }));
    }
  }
  let landed = 0;
  const all = (async () => {
    const turns = spread(sorted(), { turnsAt: () => PER_HOST });
    for await (const batch of flow(turns, session.send, { window: concurrency })) {
      landed += batch.filter(({ outcome }) => outcome.kind === "answered").length;
    }
  })();
  while (landed < HOSTS * EACH) await clock.advance(LATENCY_MS);
  await all;
  return { ms: clock.now(), most };
}

test("an input sorted by host keeps all hosts busy: within a quarter of the ideal time", async () => {
  const ideal = (EACH / PER_HOST) * LATENCY_MS;
  const { ms, most } = await makespan(256);
  expect(most).toBe(PER_HOST);
  expect(ms).toBeLessThanOrEqual(1.25 * ideal);
});

test("with fewer places than the hosts could take, the places are never idle", async () => {
  const concurrency = 32;
  const { ms } = await makespan(concurrency);
  expect(ms).toBeLessThanOrEqual(1.05 * ((HOSTS * EACH * LATENCY_MS) / concurrency));
});
