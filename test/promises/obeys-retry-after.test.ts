import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { startWorld } from "../support/world.ts";

test("a 429 with Retry-After holds that host for everyone, and others go on", async () => {
  await using held = await startWorld();
  await using free = await startWorld();
  const list = [
    held.at("/retry-after/1s/then/200"),
    ...Array.from({ length: 10 }, (_, index) => held.at(`/json/${index}`)),
    ...Array.from({ length: 10 }, (_, index) => free.at(`/slow/20ms/json/${index}`)),
  ].join("\n");
  const ended = await fanfetch("get", "--from", "-", "--per-host", "1", "-j", "8", "-o", "-").stdin(
    list,
  );
  expect(ended.exitCode).toBe(0);
  const [refused, ...later] = held.seen.requests();
  expect(refused!.path).toBe("/retry-after/1s/then/200");
  expect(later.length).toBe(11);
  // The server said one second; both times are the server's own.
  for (const { atMs } of later) expect(atMs - refused!.endedMs!).toBeGreaterThanOrEqual(990);
  expect(free.seen.total).toBe(10);
  const meanwhile = free.seen
    .requests()
    .filter(({ atMs }) => atMs > refused!.endedMs! && atMs < later[0]!.atMs);
  expect(meanwhile.length).toBeGreaterThan(0);
});

test("waiting for a server's Retry-After costs no retry", async () => {
  await using world = await startWorld();
  const path = "/retry-after/0s/then/retry-after/0s/then/retry-after/0s/then/200";
  const ended = await fanfetch("get", world.at(path), "--retries", "1", "-o", "-");
  expect(ended.exitCode).toBe(0);
  expect(world.seen.timesAsked(path)).toBe(4);
});

test("a 503 with Retry-After is held as a 429 is", async () => {
  await using world = await startWorld();
  const path = "/header/retry-after/1/status/503/then/200";
  const ended = await fanfetch("get", world.at(path), "--retries", "1", "-o", "-");
  expect(ended.exitCode).toBe(0);
  const [refused, again] = world.seen.requests();
  expect(again!.atMs - refused!.endedMs!).toBeGreaterThanOrEqual(990);
});

test("a Retry-After beyond --max-retry-after is cut to it, and said once", async () => {
  await using world = await startWorld();
  const urls = [1, 2, 3].map((n) => world.at(`/retry-after/1h/then/200?${n}`));
  const ended = await fanfetch("get", ...urls, "--max-retry-after", "1s", "-o", "-");
  expect(ended.exitCode, ended.stderr).toBe(0);
  expect(ended.stderr.match(/asks to wait 1 h/g)).toHaveLength(1);
  for (const url of urls) expect(world.seen.timesAsked(url)).toBe(2);
});

test("a server that asks for more again after that has no quota left: the run stops, resumable", async () => {
  await using world = await startWorld();
  const ended = await fanfetch(
    "get",
    world.at("/retry-after/6h"),
    "--max-retry-after",
    "500ms",
    "-o",
    "-",
  );
  expect(ended.exitCode, ended.stderr).toBe(3);
  expect(ended.stderr).toMatch(/the quota of 127\.0\.0\.1:\d+ is used up until .* \(in 6 h\)/);
  expect(world.seen.total).toBe(2);
});

test("an honest limit is met: everything is answered within it", async () => {
  await using world = await startWorld();
  const urls = Array.from({ length: 12 }, (_, index) => world.at(`/limit/8-per-s/json/${index}`));
  const ended = await fanfetch("get", ...urls, "-o", "-");
  expect(ended.exitCode).toBe(0);
  expect(ended.stderr).toContain("12 inputs = 12 answered");
  for (const url of urls) expect(world.seen.timesAsked(url)).toBeGreaterThanOrEqual(1);
});
