import { readFileSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { PYTHON, scrapyVersion } from "./competitors.ts";
import { type Ground, OURS, packageVersion, peerFile, remove } from "./ground.ts";
import { interleave, type Peer } from "./interleave.ts";
import { compared } from "./map.ts";
import { startNginx } from "./nginx.ts";
import { machine, type Section } from "./results.ts";

const AT_ONCE = 64;
/** At a hundred pages a second it would take a quarter of an hour for all. */
const MOST_FOR_SCRAPY = 10_000;
/** Pages that one page leads to further down, and those that it names beside them. */
const BELOW = 10;
const BESIDE = 20;

/** A generated site, followed from its home page to its last page: how fast, and in how much memory. */
export async function benchCrawl(ground: Ground): Promise<Section> {
  const pages = ground.rows ?? 100_000;
  const { directory } = ground;
  const site = join(directory, "site");
  await writeSite(site, pages);
  await using nginx = await startNginx(directory, { log: "none", site });
  const start = `http://127.0.0.1:${nginx.port}/0.html`;
  const records = join(directory, "crawl.jsonl");
  const mirror = join(directory, "mirror");
  const scraped = join(directory, "scrapy.jsonl");
  const scrapy = pages > MOST_FOR_SCRAPY ? undefined : scrapyVersion();
  const limits = ["-j", String(AT_ONCE), "--per-host", String(AT_ONCE)];
  const peers: readonly Peer[] = [
    {
      name: "fanfetch crawl",
      command: [...OURS, "crawl", start, ...limits, "-o", records, "--force", "-q"],
      reset: () => remove(records, join(directory, ".fanfetch")),
      check: () => checkPages(records, pages),
    },
    {
      name: "wget2 --recursive",
      command: [
        ...["wget2", "--recursive", "--level=inf", "--no-robots", "-q", "--max-threads=64"],
        ...["--delete-after", "--http2=off", `--directory-prefix=${mirror}`, start],
      ],
      reset: () => rmSync(mirror, { recursive: true, force: true }),
      check: () => {},
    },
    ...(scrapy === undefined
      ? []
      : [
          {
            name: "Scrapy",
            command: [PYTHON, peerFile("scrapy-crawl.py"), start, scraped],
            reset: () => remove(scraped),
            check: () => checkPages(scraped, pages),
          },
        ]),
  ];
  const all = await interleave(peers, { directory, runs: ground.runs ?? 3 });
  const known = [nginx.version, `Node ${process.version}`, packageVersion("undici")];
  const versions = [...known, ...(scrapy === undefined ? [] : [scrapy])];
  return {
    name: "crawl",
    text: [
      machine(versions),
      `${pages} pages of 2 kB, each with ${BELOW + BESIDE} links, ${AT_ONCE} at once, from one home page. fanfetch writes a record with a hash for each page and keeps its frontier and its journal on disk; wget2 writes each page to a file and deletes it again; Scrapy writes a record of URL and status, and keeps all in memory.${scrapy === undefined ? ` Scrapy is not here: it takes part with \`--rows ${MOST_FOR_SCRAPY}\` at most, where python3-scrapy is installed.` : ""}`,
      compared(all, "wget2 --recursive", pages),
    ].join("\n\n"),
  };
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
