import { basename, join } from "node:path";

import type { CommandLine } from "./command-line.ts";
import { madeUpSite } from "./made-up-site.ts";
import { crawlOnce } from "./measured-crawl.ts";
import { rehearsedSettings, type Stage } from "./rehearsed-settings.ts";
import { readRehearsed, type RehearsedWork, runRehearsed } from "./rehearsed-work.ts";
import type { Settings } from "./settings.ts";

/** The work of `crawl`, on a site that is made up. @throws UsageError */
export async function rehearsedCrawl(line: CommandLine): Promise<RehearsedWork> {
  const { settings, work } = await readRehearsed("crawl", line);
  return {
    ...work,
    answers: (given) => madeUpSite(settings.crawl!, given),
    run: async (stage, how) => await runRehearsed(await crawlAt(settings, stage), work.title, how),
  };
}

/** A book is bound from a run on disk. */
async function crawlAt(settings: Settings, stage: Stage): Promise<Settings> {
  const now = crawlOnce(await rehearsedSettings(settings, stage), join(stage.folder, "files"));
  const { run } = settings;
  if (now.crawl?.book === undefined || run.kind !== "durable") return now;
  const book = { ...now.crawl.book, path: join(stage.folder, basename(now.crawl.book.path)) };
  return {
    ...now,
    crawl: { ...now.crawl, book },
    run: { ...run, directory: join(stage.folder, "run") },
  };
}
