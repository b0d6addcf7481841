import { join } from "node:path";

import type { CommandLine } from "./command-line.ts";
import { declaredBy } from "./declared-limits.ts";
import { madeUpSite } from "./made-up-site.ts";
import { crawlOnce } from "./measured-crawl.ts";
import { readText } from "./read-text.ts";
import { rehearsedSettings } from "./rehearsed-settings.ts";
import { type RehearsedWork, runRehearsed } from "./rehearsed-work.ts";
import { readSettings } from "./settings.ts";
import { titleOf } from "./work-title.ts";

/** The work of `crawl`, on a site that is made up; no book is bound. @throws UsageError */
export async function rehearsedCrawl(line: CommandLine): Promise<RehearsedWork> {
  const settings = await readSettings("crawl", line, readText);
  const title = titleOf(settings);
  return {
    title,
    progress: settings.progress,
    declared: declaredBy(settings),
    onFailure: settings.onFailure,
    rowsAtOnce: 1,
    answers: (given) => madeUpSite(settings.crawl!, given),
    async run(stage, how) {
      const now = await rehearsedSettings(settings, stage);
      return await runRehearsed(crawlOnce(now, join(stage.folder, "files")), title, how);
    },
  };
}
