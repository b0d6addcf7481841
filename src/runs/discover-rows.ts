import { existsSync } from "node:fs";

import type { Listener } from "../core/event.ts";
import type { CompiledStep } from "../jobs/compile-step.ts";
import type { Tally } from "../report/tally.ts";
import type { JobRun } from "./job-run.ts";
import type { RunSignals } from "./work.ts";
import { prepareSteps, type Teller } from "./run-steps.ts";

/** Who follows a discovery, and how it is stopped. */
export interface Discovery {
  readonly tally: Tally;
  readonly progress: Teller;
  readonly listeners: readonly Listener[];
  readonly signals: RunSignals;
}

/**
 * Asks the steps of a job whose rows other steps take, so that all rows are known. They are runs below the
 * job's directory; no output is written. `stopped` where a signal ended it, or a list had no answer at all, which
 * was told. @throws what a run of them throws
 */
export async function discoverRows(
  run: JobRun,
  discovery: Discovery,
): Promise<"whole" | "stopped"> {
  const lists = run.job.steps.filter(({ position }) => position === "inner");
  if (lists.length === 0) return "whole";
  const { tally, progress, listeners, signals } = discovery;
  const job = { ...run.job, steps: lists.map(withoutOutputs) };
  const work = await prepareSteps({ ...run, job }, { memory: undefined, tally, progress });
  await work.run(listeners, signals);
  return lists.every(({ id }) => existsSync(run.rowsFileOf(id))) ? "whole" : "stopped";
}

function withoutOutputs(step: CompiledStep): CompiledStep {
  const { output: _output, save: _save, ...bare } = step.step;
  return { ...step, step: bare };
}
