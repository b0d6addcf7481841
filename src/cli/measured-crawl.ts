import { join } from "node:path";

import type { Measurement } from "../report/compare.ts";
import { openPipeline } from "../runs/pipeline.ts";
import type { WorkSettings } from "../runs/work-settings.ts";
import type { CommandLine } from "./command-line.ts";
import { measured, measurementOf, tallyRun } from "./measure.ts";
import type { MeasuredWork, Measuring } from "./measured-work.ts";
import { openFolder } from "./open-folder.ts";
import { readText } from "./read-text.ts";
import { readSettings } from "./settings.ts";
import { inputTitle } from "./work-title.ts";

/** The work of `crawl`: each repetition begins at its start again. @throws UsageError */
export async function measuredCrawl(line: CommandLine): Promise<MeasuredWork> {
  const settings = await readSettings("crawl", line, readText);
  const folder = await openFolder("compare");
  let repetition = 0;
  return {
    title: inputTitle(settings),
    connections: "opened anew",
    measure(mode, how) {
      repetition += 1;
      return measureCrawl(crawlOnce(settings, join(folder.path, `${repetition}`)), mode, how);
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** Crawls once. What it has seen belongs to one pass, and so do its connections. */
export async function measureCrawl(
  settings: WorkSettings,
  mode: WorkSettings["mode"],
  { signals, listen }: Measuring,
): Promise<Measurement> {
  const now = measured(settings, mode);
  await using pipeline = await openPipeline(now);
  return measurementOf(await tallyRun(pipeline, now, signals, listen));
}

/** The settings of a crawl that saves its files, where it has any, in a folder that goes; it binds no book. */
export function crawlOnce<Given extends WorkSettings>(settings: Given, folder: string): Given {
  const { crawl, output } = settings;
  const takesFiles = crawl?.download !== undefined || crawl?.book !== undefined;
  return {
    ...settings,
    crawl: crawl && { ...crawl, folder: takesFiles ? folder : undefined },
    output: { ...output, existing: "overwrite" },
  };
}
