import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";

import { mostWithin } from "../../src/rehearsal/peaks.ts";
import { fanfetch } from "../support/cli.ts";
import { play } from "../support/played-server.ts";
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

/**
 * Two sites of linked pages. The robots.txt of each fails at first and then leads to the other site,
 * whose pages are being read by then; some pages fail once, too.
 */
async function startSites(stack: AsyncDisposableStack, pages: number) {
  const urls: string[] = [];
  const links = Array.from({ length: pages }, (_, n) => `<a href="/${n}">${n}</a>`).join("");
  const site = async (index: number) => {
    const arrivals: { readonly atMs: number }[] = [];
    const known = new Set<string>();
    const server = await play(async ({ pathname }, _request, response) => {
      arrivals.push({ atMs: performance.now() });
      const isFirst = !known.has(pathname);
      known.add(pathname);
      await pause(10);
      if (pathname === "/robots.txt") {
        if (isFirst) response.writeHead(503);
        else response.writeHead(302, { location: `${urls[1 - index]!}/robots-of-the-other` });
        return response.end();
      }
      const isRobots = pathname === "/robots-of-the-other";
      if (isFirst && Number(pathname.slice(1)) % 5 === 2) response.writeHead(500);
      else response.writeHead(200, { "content-type": isRobots ? "text/plain" : "text/html" });
      return response.end(isRobots ? "User-agent: *\nDisallow: /0\n" : links);
    });
    urls.push(stack.use(server).url);
    return { ...server, arrivals };
  };
  return [await site(0), await site(1)];
}

test("no site of a crawl has more at once than --per-host, its robots.txt and where that leads included", async () => {
  await using stack = new AsyncDisposableStack();
  const sites = await startSites(stack, 30);
  const starts = sites.map(({ url }) => `${url}/`);
  const ended = await fanfetch("crawl", ...starts, "--per-host", "2", "--depth", "1");
  expect(ended.exitCode, ended.stderr).toBe(0);
  expect(ended.stderr).toContain("62 inputs = 60 answered + 0 failed + 2 skipped");
  for (const { mostAtOnce, targets } of sites) {
    expect(mostAtOnce()).toBe(2);
    expect(targets.filter((target) => target.startsWith("/robots"))).toHaveLength(3);
  }
});

test(
  "no site of a crawl is asked more in any second than --rate, its robots.txt and where that leads included",
  { retry: 2 },
  async () => {
    await using stack = new AsyncDisposableStack();
    const sites = await startSites(stack, 30);
    const stalls = monitorEventLoopDelay({ resolution: 5 });
    stalls.enable();
    const starts = sites.map(({ url }) => `${url}/`);
    const words = ["crawl", ...starts, "--rate", `${PER_SECOND}/s`, "--depth", "1"];
    const ended = await fanfetch(...words);
    stalls.disable();
    expect(ended.exitCode, ended.stderr).toBe(0);
    const late = Math.ceil((stalls.max / 1e9) * PER_SECOND);
    for (const { arrivals } of sites) {
      // 31 pages, of which six fail once, and three for robots.txt.
      expect(arrivals).toHaveLength(39);
      expect(mostWithin(arrivals, 1_000)).toBeLessThanOrEqual(PER_SECOND + late);
      expect(mostWithin(arrivals, 1_000)).toBeGreaterThan(PER_SECOND / 2);
    }
  },
);
