import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { asRun, type Reaction, type VirtualServer, virtualWorld } from "../support/virtual.ts";
import { startWorld, type World } from "../support/world.ts";

const HOSTS = 20;
const EACH = 60;
const LATENCY_MS = 100;
/** Each host takes so many at once; all of them together fit into what a run has under way. */
const PLACES = 10;

const BAD: ReadonlyMap<string, Reaction> = new Map([
  ["refuses with 429", { afterMs: 20, status: 429 }],
  [
    "refuses with 429 and Retry-After",
    { afterMs: 20, status: 429, headers: { "retry-after": "5" } },
  ],
  ["refuses with 503", { afterMs: 20, status: 503 }],
  ["refuses connections", { afterMs: 1, fails: "E_CONNECT" }],
  ["never completes a connection", { afterMs: 10_000, fails: "E_TIMEOUT" }],
  ["never answers", { afterMs: 30_000, fails: "E_TIMEOUT", unsent: false }],
]);

/** When the last request of the 19 other hosts was over, with the first host as it is. */
async function othersMs(bad: Reaction | undefined, order: "by host" | "in turn"): Promise<number> {
  const server: VirtualServer = ({ origin }) =>
    origin === "http://h0.example" && bad !== undefined ? bad : { afterMs: LATENCY_MS };
  await using world = virtualWorld(server, { limits: { perHost: PLACES }, stepMs: 100 });
  const urls = Array.from({ length: HOSTS * EACH }, (_, index) => {
    const host = order === "by host" ? Math.floor(index / EACH) : index % HOSTS;
    return `http://h${host}.example/${index}`;
  });
  const stop = new AbortController();
  const rest = { count: (HOSTS - 1) * EACH };
  const others = Promise.withResolvers<void>();
  const all = (async () => {
    for await (const outcome of asRun(world, urls, stop.signal)) {
      if (outcome.request.origin === "http://h0.example") continue;
      expect(outcome.kind).toBe("answered");
      if ((rest.count -= 1) === 0) others.resolve();
    }
  })().catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  await world.pass(3_600_000, Promise.race([others.promise, all]));
  expect(rest.count).toBe(0);
  const ends = world.seen.map(({ request, endedMs }) =>
    request.origin === "http://h0.example" ? 0 : (endedMs ?? 0),
  );
  stop.abort();
  await world.pass(world.clock.now() + 60_000, all);
  return Math.max(...ends);
}

for (const order of ["by host", "in turn"] as const) {
  let healthy: Promise<number> | undefined;
  test.each([...BAD.keys()])(
    `with an input ${order}, one of 20 hosts that %s takes no tenth of the others' rate`,
    async (name) => {
      const without = await (healthy ??= othersMs(undefined, order));
      const ms = await othersMs(BAD.get(name), order);
      expect(without / ms).toBeGreaterThanOrEqual(0.9);
    },
  );
}

test("while one real server holds its requests, the others are asked for all of theirs", async () => {
  await using stack = new AsyncDisposableStack();
  const worlds: World[] = [];
  for (let count = 0; count < 5; count += 1) worlds.push(stack.use(await startWorld()));
  const [held, ...others] = worlds;
  // The held ones come first, and there are more of them than leave at once.
  const rows = Array.from({ length: 40 }, (_, n) => held!.at(`/retry-after/5s/then/json/${n}`));
  for (let n = 0; n < 60; n += 1) {
    for (const world of others) rows.push(world.at(`/slow/10ms/json/${n}`));
  }
  const ended = await fanfetch("get", "--from", "-", "--max-time", "8s").stdin(rows.join("\n"));
  expect([0, 3], ended.stderr).toContain(ended.exitCode);
  const asked = new Map<string, number>();
  const again = held!.seen.requests().find(({ target }) => {
    asked.set(target, (asked.get(target) ?? 0) + 1);
    return asked.get(target) === 2;
  })!;
  for (const { seen } of others) {
    const requests = seen.requests();
    expect(requests).toHaveLength(60);
    expect(requests.at(-1)!.endedMs!).toBeLessThan(again.atMs);
  }
});
