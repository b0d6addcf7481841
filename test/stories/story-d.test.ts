import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { temporaryFolder } from "../support/temp.ts";
import { startWorld } from "../support/world.ts";

const PAGES = [1, 2, 3, 4, 5].map((number) => `/page/${number}`);
const SIZES = [198_000, 61_000, 302_000, 22_000, 118_000];
/** Where nothing listens. */
const DEAD = "http://127.0.0.1:1/";
/** What the five take one by one in this world, and the slowest of them, where the middle one takes 300 ms. */
const [SUM_MS, SLOWEST_MS] = [1500, 360];

function startPages() {
  return startWorld({ stories: { pagesMs: 300 } });
}

test("five URLs are under way together; the table has a line for each in their order", async () => {
  await using world = await startPages();
  await using folder = await temporaryFolder();
  // No page is sent before all five are asked for.
  const urls = PAGES.map((path) => world.at(`/together/5${path}`));
  const ended = await fanfetch("get", ...urls, "--summary", "s.json").in(folder);
  expect(ended.exitCode).toBe(0);
  const [heads, ...lines] = ended.stdout.trimEnd().split("\n");
  for (const head of ["status", "bytes", "dns", "connect", "tls", "first", "total", "url"]) {
    expect(heads).toContain(head);
  }
  expect(lines.map((line) => line.trim().split(/\s+/).at(-1))).toEqual(urls);
  for (const line of lines) expect(line.trim()).toMatch(/^200\s/);
  expect(ended.stderr).toContain("5 inputs = 5 answered + 0 failed + 0 skipped");
  expect(world.seen.mostAtOnce()).toBe(5);
  for (const url of urls) expect(world.seen.timesAsked(url)).toBe(1);
  const summary = JSON.parse(await folder.read("s.json"));
  expect(summary).toMatchObject({ inputs: 5, answered: 5, failed: 0, maxInFlight: 5 });
  expect(summary.bytes).toBe(SIZES.reduce((sum, size) => sum + size, 0));
  expect(summary.sequentialMs).toBeGreaterThanOrEqual(SUM_MS);
  expect(summary.wallMs).toBeGreaterThanOrEqual(SLOWEST_MS);
  expect(summary.speedup).toBeCloseTo(summary.sequentialMs / summary.wallMs, 1);
});

test("one by one, the server never sees two", async () => {
  await using world = await startPages();
  const ended = await fanfetch(
    "get",
    ...PAGES.map((path) => world.at(path)),
    "--mode",
    "sequential",
  );
  expect(ended.exitCode).toBe(0);
  expect(world.seen.mostAtOnce()).toBe(1);
  expect(world.seen.requests().map(({ path }) => path)).toEqual(PAGES);
});

test("records on stdout hold body and timing", async () => {
  await using world = await startPages();
  const ended = await fanfetch("get", ...PAGES.map((path) => world.at(path)), "-o", "-");
  const records = ended.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(records.length).toBe(5);
  const byUrl = new Map(records.map((record) => [record.url, record]));
  for (const [index, path] of PAGES.entries()) {
    const record = byUrl.get(world.at(path));
    expect(record).toMatchObject({ status: 200, bytes: SIZES[index], attempts: 1, error: null });
    expect(record.bodyEncoding).toBe("utf8");
    expect(record.body).toContain(`<h1>Page ${index + 1}</h1>`);
    expect(record.timing.totalMs).toBeGreaterThanOrEqual(record.timing.firstByteMs);
    expect(record.timing.firstByteMs).toBeGreaterThan(0);
    expect(Object.keys(record.timing).toSorted()).toEqual(
      [
        "queuedMs",
        "heldMs",
        "dnsMs",
        "connectMs",
        "tlsMs",
        "firstByteMs",
        "totalMs",
        "reused",
      ].toSorted(),
    );
  }
});

test("one dead URL of five does not hide the other four, and its reason is told in words", async () => {
  await using world = await startPages();
  const urls = [
    ...PAGES.slice(0, 2).map((path) => world.at(path)),
    DEAD,
    ...PAGES.slice(2, 4).map((path) => world.at(path)),
  ];
  const ended = await fanfetch("get", ...urls, "--retries", "0");
  expect(ended.exitCode).toBe(1);
  const lines = ended.stdout.trimEnd().split("\n").slice(1);
  expect(lines.length).toBe(5);
  expect(lines[2]).toMatch(/http:\/\/127\.0\.0\.1:1\/\s+E_CONNECT connection refused/);
  expect(ended.stderr).toContain("5 inputs = 4 answered + 1 failed + 0 skipped");
  expect(ended.stderr + ended.stdout).not.toMatch(/^\s+at .*:\d+/m);
  expect(world.seen.total).toBe(4);
});

test("a list of URLs comes from a file or from stdin", async () => {
  await using world = await startPages();
  await using folder = await temporaryFolder();
  const list = `${PAGES.map((path) => world.at(path)).join("\n")}\n`;
  await folder.write("urls.txt", list);
  expect(await fanfetch("get", "--from", "urls.txt").in(folder)).toMatchObject({ exitCode: 0 });
  expect(await fanfetch("get", "--from", "-").stdin(list)).toMatchObject({ exitCode: 0 });
  for (const path of PAGES) expect(world.seen.timesAsked(path)).toBe(2);
});

test("a comparison asks for the same in both ways, after a warm-up", async () => {
  await using world = await startWorld();
  const repetitions = 3;
  const ended = await fanfetch(
    ...["compare", "get", ...PAGES.map((path) => world.at(path))],
    ...["--repetitions", String(repetitions), "--format", "json"],
  );
  expect(ended.exitCode).toBe(0);
  const report = JSON.parse(ended.stdout);
  expect(report).toMatchObject({ repetitions, requests: 5, failed: 0 });
  expect(report.sequential.medianMs).toBeGreaterThanOrEqual(SUM_MS / 3);
  expect(report.concurrent.medianMs).toBeGreaterThanOrEqual(SLOWEST_MS / 3);
  expect(report.ratioLow).toBeLessThanOrEqual(report.ratio);
  expect(report.ratioHigh).toBeGreaterThanOrEqual(report.ratio);
  const rounds = world.seen.total / PAGES.length;
  expect(rounds).toBeGreaterThan(2 * repetitions);
  expect(world.seen.mostAtOnce()).toBeGreaterThan(1);
  expect(world.seen.mostAtOnce()).toBeLessThanOrEqual(5);
  for (const path of PAGES) expect(world.seen.timesAsked(path)).toBe(rounds);
});

test("a browser's User-Agent is picked anew for each request", async () => {
  await using world = await startWorld();
  const urls = Array.from({ length: 20 }, (_, index) => world.at(`/json/${index}`));
  expect((await fanfetch("get", ...urls, "-A", "random")).exitCode).toBe(0);
  const agents = world.seen.requests().map(({ headers }) => headers["user-agent"]);
  for (const agent of agents) expect(agent).toMatch(/^Mozilla\/5\.0 /);
  expect(new Set(agents).size).toBeGreaterThan(1);
});
