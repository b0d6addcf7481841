import { existsSync } from "node:fs";
import { join } from "node:path";

import type { CompiledStep } from "../jobs/compile-step.ts";
import { JOURNAL_FILE } from "../queue/journal-format.ts";
import { type ComparedRun, compareRuns } from "../report/run-changes.ts";
import { type JobRun, jobRunIn } from "./job-run.ts";
import { stepSettings } from "./step-settings.ts";
import { tellChanges, type WorkChanges } from "./tell-changes.ts";

/**
 * Tells what has changed since the run of the job before this one, which has ended, in the steps whose rows
 * no other step takes: that a list changed shows in what it lists. Undefined where nobody wants to know.
 * @throws what reading the two throws, DiskError
 */
export async function tellJobChanges(
  run: JobRun,
  say: (line: string) => void,
): Promise<WorkChanges | undefined> {
  const { changes: wanted } = run.options;
  if (run.since === undefined && wanted === undefined) return undefined;
  const before = run.since === undefined ? undefined : jobRunIn(run.since, run);
  const leaves = run.job.steps.filter(({ position }) => position !== "inner");
  using changes = await compareRuns(
    leaves.map((step) => ({
      step: step.id,
      before: before && comparedStep(step, before),
      after: comparedStep(step, run),
    })),
  );
  return await tellChanges(changes, { wanted, say });
}

function comparedStep(step: CompiledStep, run: JobRun): ComparedRun | undefined {
  const directory = run.directoryOf(step);
  if (!existsSync(join(directory, JOURNAL_FILE))) return undefined;
  return {
    directory,
    async openBatches() {
      const settings = stepSettings(step, run);
      if (settings.step !== undefined) return (await settings.step.openTasks()).batches;
      const { storedCrawlTasks } = await import("./crawl-tasks.ts");
      return storedCrawlTasks(settings, directory).batches;
    },
  };
}
