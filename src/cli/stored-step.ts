import { resolve } from "node:path";

import { UsageError } from "../core/usage-error.ts";
import type { CommandLine } from "./command-line.ts";
import { type JobRun, jobRunIn } from "../runs/job-run.ts";
import { readAskedJob } from "./read-asked-job.ts";
import { jobOfStep, refuseProgram } from "./resume-job.ts";
import { stepSettings } from "../runs/step-settings.ts";
import type { WorkSettings } from "../runs/work-settings.ts";

/**
 * The settings of a job's step, to read its input and its outputs again: without the environment's secrets
 * where they are not set. @throws UsageError where the job is not what it was
 */
export async function storedStep(directory: string, line: CommandLine): Promise<WorkSettings> {
  const run = await storedJobRun(jobOfStep(directory), line);
  const step = run.job.steps.find((one) => resolve(run.directoryOf(one)) === resolve(directory));
  if (step !== undefined) return stepSettings(step, run);
  throw new UsageError(`${line.positionals[0] ?? "the job"} has no such step any more`);
}

/** The run of a job as it was begun. @throws UsageError */
export async function storedJobRun(directory: string, line: CommandLine): Promise<JobRun> {
  refuseProgram(line);
  let asked;
  try {
    asked = await readAskedJob(line);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    asked = await readAskedJob(line, "names only");
  }
  return jobRunIn(directory, asked);
}
