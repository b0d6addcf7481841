import type { Tally } from "../report/tally.ts";
import { openPipeline } from "../runs/pipeline.ts";
import type { RunSignals } from "../runs/work.ts";
import { openAhead } from "../runs/work-run.ts";
import type { CommandLine } from "./command-line.ts";
import { tallyRun } from "./measure.ts";
import { readText } from "./read-text.ts";
import { readSettings } from "./settings.ts";

/** A crawl that was played: what was counted, and what became of its book. */
export interface PlayedCrawl {
  readonly tally: Tally;
  /** `12 of 12 chapters, 28 pages, 6.2 kB`; undefined where there is none. */
  readonly book: string | undefined;
}

/** Runs the crawl of a story, durably as any, and binds its book. */
export async function playCrawl(line: CommandLine, signals: RunSignals): Promise<PlayedCrawl> {
  const settings = await readSettings("crawl", line, readText);
  let book: string | undefined;
  await using pipeline = await openPipeline(settings, {
    opening: openAhead(settings),
    say: (told) => (book = / is (?:bound|as it was): (.*)$/.exec(told)?.[1] ?? book),
  });
  const tally = await tallyRun(pipeline, settings, signals);
  return { tally, book };
}
