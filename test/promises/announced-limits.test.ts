import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { type LimitedServer, rowsFor, startLimited } from "../support/limited-server.ts";

const PER_SECOND = 50;
const WINDOWS = 6;

/** Asks servers that take 50 in each second of the clock, for six windows; what came after the first. */
async function afterTheFirstWindow(voices: readonly string[], ...words: readonly string[]) {
  await using stack = new AsyncDisposableStack();
  const servers: LimitedServer[] = [];
  for (const headers of voices) {
    const spec = `window:${PER_SECOND}/1s,headers=${headers}`;
    servers.push(stack.use(await startLimited(spec)));
  }
  const rows = rowsFor(servers, PER_SECOND * WINDOWS);
  const ended = await fanfetch("get", "--from", "-", ...words).stdin(rows);
  expect(ended.exitCode, ended.stderr).toBe(0);
  return servers.map(({ judged }) => {
    const firstMs = judged[0]!.atMs;
    const later = judged.filter(({ atMs }) => atMs >= firstMs + 1_000);
    expect(later.length).toBeGreaterThan(PER_SECOND * (WINDOWS - 2));
    return later.filter(({ isRefused }) => isRefused).length;
  });
}

test("a server that tells its limit and its window refuses nobody after its first window", async () => {
  expect(await afterTheFirstWindow(["ietf"])).toEqual([0]);
});

// Their resets are rounded to seconds: the one request that asks whether a window has begun may come too early.
test("servers that tell only what is left and until when refuse at most one that asks", async () => {
  for (const refused of await afterTheFirstWindow(["x", "x-epoch", "dictionary"])) {
    expect(refused).toBeLessThanOrEqual(1);
  }
});
