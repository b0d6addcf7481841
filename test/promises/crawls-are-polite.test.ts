import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { startSite } from "../support/site.ts";
import { startWorld } from "../support/world.ts";

const text = (body: string) => ({ headers: { "content-type": "text/plain" }, body });

test("what robots.txt forbids is not asked for, and is in the account", async () => {
  await using site = await startSite({
    "/robots.txt": text("User-agent: *\nDisallow: /private/\n"),
    "/": '<a href="private/x">x</a> <a href="y">y</a>',
    "/y": "",
  });
  const ended = await fanfetch("crawl", site.at("/"), "-o", "-");
  expect(ended.exitCode).toBe(0);
  expect(site.requests.map(({ path }) => path)).toEqual(["/robots.txt", "/", "/y"]);
  expect(ended.stderr).toContain("3 inputs = 2 answered + 0 failed + 1 skipped");
  expect(ended.stdout).toContain('"code":"E_ROBOTS"');
  for (const { headers } of site.requests) expect(headers["user-agent"]).toMatch(/^fanfetch\//);
});

test("robots.txt may speak to the name in --user-agent", async () => {
  await using site = await startSite({
    "/robots.txt": text("User-agent: my-crawler\nDisallow: /\n\nUser-agent: *\nAllow: /\n"),
    "/": "",
  });
  const ended = await fanfetch("crawl", site.at("/"), "-A", "My-Crawler/2.0 (me@example.org)");
  expect(ended.stderr).toContain("1 skipped");
  expect(site.asked).toEqual([]);
});

test("a site of one's own is crawled without asking", async () => {
  await using site = await startSite({
    "/robots.txt": text("User-agent: *\nDisallow: /"),
    "/": "",
  });
  await fanfetch("crawl", site.at("/"), "--no-robots");
  expect(site.requests.map(({ path }) => path)).toEqual(["/"]);
});

test("a Crawl-delay is the least time between two requests", async () => {
  const delayMs = 400;
  await using world = await startWorld({ stories: { bookMs: 0, crawlDelayMs: delayMs } });
  const ended = await fanfetch("crawl", world.at("/book/"), "--depth", "1", "-o", "-");
  expect(ended.exitCode).toBe(0);
  const arrivals = world.seen.requests("/book/").map(({ atMs }) => atMs);
  expect(arrivals.length).toBe(2);
  expect(world.seen.mostAtOnce()).toBe(1);
  for (const [index, atMs] of arrivals.slice(1).entries()) {
    expect(atMs - arrivals[index]!).toBeGreaterThan(delayMs / 2);
  }
});
