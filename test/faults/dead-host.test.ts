import { expect, test } from "vitest";

import { asRun, type Reaction, type VirtualServer, virtualWorld } from "../support/virtual.ts";

const HOSTS = 1_000;
const EACH = 4;
const LATENCY_MS = 2_000;

/** How a dead host treats whoever connects; a connection that is never completed is waited for 10 s. */
const DEATHS: ReadonlyMap<string, Reaction> = new Map([
  ["refuses every connection", { afterMs: 1, fails: "E_CONNECT" }],
  ["never completes a connection", { afterMs: 10_000, fails: "E_TIMEOUT" }],
]);

/** Asks 4 of each of 1,000 hosts, as one run does. Times are when the last of each kind was over. */
async function runWith(death: Reaction | undefined, order: "by host" | "in turn") {
  const server: VirtualServer = ({ origin }) =>
    origin === "http://h0.example" && death !== undefined ? death : { afterMs: LATENCY_MS };
  // So few at once that a run lasts longer than a connection is waited for.
  await using world = virtualWorld(server, { stepMs: 100, limits: { concurrency: 256 } });
  const urlOf = (index: number): string =>
    order === "by host"
      ? `http://h${Math.floor(index / EACH)}.example/${index}`
      : `http://h${index % HOSTS}.example/${index}`;
  const urls = Array.from({ length: HOSTS * EACH }, (_, index) => urlOf(index));
  const ends = { answered: 0, failed: 0, livingMs: 0, allMs: 0 };
  const all = (async () => {
    for await (const { kind, request } of asRun(world, urls)) {
      ends[kind === "answered" ? "answered" : "failed"] += 1;
      ends.allMs = world.clock.now();
      if (request.origin !== "http://h0.example") ends.livingMs = ends.allMs;
    }
  })();
  await world.pass(86_400_000, all);
  await all;
  return ends;
}

for (const order of ["by host", "in turn"] as const) {
  let healthy: ReturnType<typeof runWith> | undefined;
  const names = [...DEATHS.keys()];
  test.each(names)(
    `76 one of 1,000 hosts, ${order}, that %s costs a run a twentieth of its time at most`,
    async (name) => {
      const death = DEATHS.get(name);
      const without = await (healthy ??= runWith(undefined, order));
      expect(without.answered).toBe(HOSTS * EACH);
      const { answered, failed, livingMs, allMs } = await runWith(death, order);
      expect({ answered, failed }).toEqual({ answered: (HOSTS - 1) * EACH, failed: EACH });
      expect(livingMs).toBeLessThanOrEqual(1.05 * without.allMs);
      expect(allMs).toBeLessThanOrEqual(1.05 * without.allMs);
    },
  );
}
