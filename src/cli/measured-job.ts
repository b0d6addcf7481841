import { basename, join } from "node:path";

import { systemClock } from "../core/clock.ts";
import type { RunEvent } from "../core/event.ts";
import type { Measurement } from "../report/compare.ts";
import { count, createTally } from "../report/tally.ts";
import { discoverRows } from "../runs/discover-rows.ts";
import { openJobAuth } from "../runs/job-auth.ts";
import { type JobRun, jobRunIn } from "../runs/job-run.ts";
import { openPipeline, type Pipeline } from "../runs/pipeline.ts";
import { stepSettings } from "../runs/step-settings.ts";
import type { WorkSettings } from "../runs/work-settings.ts";
import type { CommandLine } from "./command-line.ts";
import { addedUp, measured, measurementOf, tallyRun } from "./measure.ts";
import { crawlOnce, measureCrawl } from "./measured-crawl.ts";
import type { MeasuredWork, Measuring } from "./measured-work.ts";
import { openFolder } from "./open-folder.ts";
import { createProgress } from "./progress.ts";
import { readAskedJob } from "./read-asked-job.ts";
import type { Terminal } from "./terminal.ts";

/**
 * The work of a job: its steps one after the other, each on connections that stay open. Lists are asked once
 * beforehand, and every repetition has the rows that they gave then: it is the same work whatever the server
 * lists meanwhile. @throws UsageError
 */
export async function measuredJob(line: CommandLine, terminal: Terminal): Promise<MeasuredWork> {
  const asked = await readAskedJob(line);
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await openFolder("compare"));
  const bare = jobRunIn(folder.path, asked);
  const { session, limits } = stepSettings(asked.job.steps[0]!, bare);
  const who = stack.use(openJobAuth(asked.job, { session, whenQuotaIsGone: limits.wait }));
  const run = { ...bare, who };
  const pipelines = new Map<string, Pipeline>();
  let discovered: Promise<"whole" | "stopped"> | undefined;
  const opened = stack.move();
  let passes = 0;

  async function measureStep(settings: WorkSettings, id: string, how: Measuring) {
    let pipeline = pipelines.get(id);
    if (pipeline === undefined) {
      pipeline = opened.use(await openPipeline(settings));
      pipelines.set(id, pipeline);
    }
    return measurementOf(await tallyRun(pipeline, settings, how.signals, how.listen));
  }

  return {
    title: basename(line.positionals[0]!),
    connections: asked.job.steps.some(({ crawl }) => crawl) ? "opened anew" : "kept open",
    async measure(mode, how) {
      discovered ??= discover(run, terminal, how);
      if ((await discovered) === "stopped") return undefined;
      const parts: Measurement[] = [];
      const now = { ...run, options: { ...run.options, mode } };
      for (const step of asked.job.steps) {
        if (how.signals.drain.aborted) break;
        const settings = stepSettings(step, now);
        passes += 1;
        const part =
          step.crawl === undefined
            ? await measureStep(measured(settings, mode), step.id, how)
            : await measureCrawl(crawlOnce(settings, join(folder.path, `${passes}`)), mode, how);
        parts.push(part);
      }
      return addedUp(parts);
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function discover(
  run: JobRun,
  terminal: Terminal,
  { signals }: Measuring,
): Promise<"whole" | "stopped"> {
  const tally = createTally();
  const clock = systemClock;
  using progress = createProgress({ kind: "none", terminal, clock, tally, title: "" });
  const listeners = [(event: RunEvent): void => count(tally, event)];
  return await discoverRows(run, { tally, progress, listeners, signals });
}
