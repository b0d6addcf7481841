import { readFileSync, rmSync } from "node:fs";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { PYTHON, scrapyVersion } from "./competitors.ts";
import { type Ground, OURS, packageVersion, peerFile, remove, versionOf } from "./ground.ts";
import { interleave, type Peer, type PeerRuns } from "./interleave.ts";
import { compared } from "./map.ts";
import { startNginx } from "./nginx.ts";
import { machine, type Section } from "./results.ts";
import { startOurs, timeResumes } from "./resumes.ts";
import { inTime, median } from "./statistics.ts";

const AT_ONCE = 64;
const MANY_PAGES = 100_000;
/** Of the site on which Scrapy takes part, a hundred pages a second. */
const FEW_PAGES = 5_000;
/** Pages that one page leads to further down, and those that it names beside them. */
const BELOW = 10;
const BESIDE = 20;

/** A generated site that is followed from its home page to its last page. */
interface Site {
  readonly directory: string;
  readonly pages: number;
  readonly start: string;
}

/**
 * Generated sites, followed from their home page to their last page: how fast, in how much memory, and how
 * soon one that was killed goes on.
 */
export async function benchCrawl(ground: Ground): Promise<Section> {
  const few = await onSite(ground, FEW_PAGES, (site) =>
    interleave([ours(site), wget(site), ...scrapy(site)], {
      directory: site.directory,
      runs: ground.runs ?? 3,
    }),
  );
  const pages = ground.rows ?? MANY_PAGES;
  const { many, resumed } = await onSite(ground, pages, async (site) => {
    const { directory } = site;
    const runs = ground.runs ?? 3;
    const crawled = await interleave([ours(site), wget(site)], { directory, runs });
    return { many: crawled, resumed: await resumes(site, crawled[0]!) };
  });
  const versions = [
    versionOf("wget2", "--version")?.match(/Wget2 [\d.]+/)?.[0],
    scrapyVersion(),
  ].filter((version) => version !== undefined);
  return {
    name: "crawl",
    text: [
      machine([`Node ${process.version}`, packageVersion("undici"), ...versions]),
      `Pages of 2 kB with ${BELOW + BESIDE} links each from one home page, served by nginx, ${AT_ONCE} at once. fanfetch writes a record with a hash for each page and keeps its frontier and its journal on disk; wget2 writes each page to a file and deletes it again; Scrapy writes a record of URL and status, and keeps all in memory.`,
      `**${pages} pages**`,
      compared(many, "wget2 --recursive", pages),
      `Killed (\`kill -9\`) in its middle, \`resume\` sends its first request ${inTime(median(resumed))} after it is typed (${resumed.map((ms) => inTime(ms)).join(", ")}).`,
      `**${FEW_PAGES} pages**`,
      compared(few, "wget2 --recursive", FEW_PAGES),
    ].join("\n\n"),
  };
}

/** Works on a site of so many pages, while it is served. */
async function onSite<T>(
  { directory }: Ground,
  pages: number,
  work: (site: Site) => Promise<T>,
): Promise<T> {
  const folder = join(directory, `site-${pages}`);
  await writeSite(folder, pages);
  await using nginx = await startNginx(directory, { log: "none", site: folder });
  return await work({ directory, pages, start: `http://127.0.0.1:${nginx.port}/0.html` });
}

const RECORDS = "crawl.jsonl";

/** The words of our crawl of a site. */
function crawlOf({ start }: Site): readonly string[] {
  const limits = ["-j", String(AT_ONCE), "--per-host", String(AT_ONCE)];
  return ["crawl", start, ...limits, "-o", RECORDS, "--force", "-q"];
}

function ours(site: Site): Peer {
  const { directory, pages } = site;
  return {
    name: "fanfetch crawl",
    command: [...OURS, ...crawlOf(site)],
    reset: () => remove(join(directory, RECORDS), join(directory, ".fanfetch")),
    check: () => checkPages(join(directory, RECORDS), pages),
  };
}

function wget({ directory, start }: Site): Peer {
  const mirror = join(directory, "mirror");
  return {
    name: "wget2 --recursive",
    command: [
      ...["wget2", "--recursive", "--level=inf", "--no-robots", "-q", "--max-threads=64"],
      ...["--delete-after", "--http2=off", `--directory-prefix=${mirror}`, start],
    ],
    reset: () => rmSync(mirror, { recursive: true, force: true }),
  };
}

function scrapy({ directory, pages, start }: Site): readonly Peer[] {
  if (scrapyVersion() === undefined) return [];
  const records = join(directory, "scrapy.jsonl");
  return [
    {
      name: "Scrapy",
      command: [PYTHON, peerFile("scrapy-crawl.py"), start, records],
      reset: () => remove(records),
      check: () => checkPages(records, pages),
    },
  ];
}

/** Kills a crawl after half of the time that it takes, and times how it goes on. */
async function resumes(site: Site, { peer, runs }: PeerRuns): Promise<readonly number[]> {
  peer.reset?.();
  const crawl = startOurs(site.directory, crawlOf(site));
  crawl.stderr!.resume();
  await sleep(median(runs.map(({ wallMs }) => wallMs)) / 2);
  crawl.kill("SIGKILL");
  await once(crawl, "exit");
  return await timeResumes(site.directory);
}

/** Writes a tree of pages, each of which names others beside those below it. */
async function writeSite(site: string, pages: number): Promise<void> {
  await mkdir(site, { recursive: true });
  for (let first = 0; first < pages; first += 500) {
    const batch = Array.from({ length: Math.min(500, pages - first) }, (_, at) => first + at);
    await Promise.all(
      batch.map((page) => writeFile(join(site, `${page}.html`), pageOf(page, pages))),
    );
  }
}

function pageOf(page: number, pages: number): string {
  const below = Array.from({ length: BELOW }, (_, index) => page * BELOW + index + 1);
  const beside = Array.from({ length: BESIDE }, (_, index) => (page * 31 + index * 7919) % pages);
  const links = [...below.filter((one) => one < pages), ...beside];
  const text = "Nothing on this page is worth reading. ".repeat(20);
  const list = links.map((one) => `<li><a href="${one}.html">Page ${one}</a>`).join("\n");
  return `<!doctype html><title>Page ${page}</title><p>${text}<ul>\n${list}\n</ul>\n`;
}

function checkPages(records: string, pages: number): void {
  const count = readFileSync(records, "latin1").split("\n").length - 1;
  if (count !== pages) throw new Error(`${count} of ${pages} pages`);
}
