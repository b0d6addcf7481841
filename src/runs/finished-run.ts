import { resolve } from "node:path";

import { jobRunsOf } from "../queue/job-directory.ts";
import { RUNS_FOLDER } from "../queue/run-directories.ts";
import type { AskedJob } from "./ask-job.ts";
import { jobRunIn } from "./job-run.ts";
import { readStep } from "./read-step.ts";

/** The run of the same job that finished last, below the folder of runs; undefined where there is none. */
export function finishedRunOf(asked: AskedJob): string | undefined {
  return jobRunsOf(asked.identity, resolve(RUNS_FOLDER)).find((directory) => {
    const run = jobRunIn(directory, asked);
    return asked.job.steps.every((step) => readStep(step, run).state === "finished");
  });
}
