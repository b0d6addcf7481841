import type { CompiledStep } from "../jobs/compile-step.ts";
import { planOf, type PlanOptions } from "../jobs/plan.ts";
import type { Recall } from "../jobs/planned-times.ts";
import type { Survey } from "../jobs/survey.ts";
import type { JobRun } from "../runs/job-run.ts";
import { shownPath } from "../runs/shown-path.ts";
import { stepSettings } from "../runs/step-settings.ts";
import type { WorkSettings } from "../runs/work-settings.ts";
import { asSent } from "./as-sent.ts";
import type { CommandLine } from "./command-line.ts";
import { obstacleOf, planOptions, surveyInput } from "./plan-work.ts";
import type { PlannedWork } from "./planned-work.ts";
import { findSameRun } from "./same-run.ts";
import { createValues, readProgress } from "./settings.ts";
import type { Terminal } from "./terminal.ts";

/** A step of a job whose rows are known. */
export interface KnownStep {
  readonly step: CompiledStep;
  readonly settings: WorkSettings;
  readonly found: Survey;
  readonly options: PlanOptions;
  /** Without its sample. */
  readonly work: PlannedWork;
}

/** What a step is planned with. */
export interface StepPlanning {
  readonly line: CommandLine;
  readonly terminal: Terminal;
  readonly recall: Recall;
  /** Requests to keep that are spread over its rows. */
  readonly wanted: number;
}

/** Reads the rows of a step, and counts what it would ask. @throws UsageError */
export async function planStep(
  step: CompiledStep,
  job: JobRun,
  { line, terminal, recall, wanted }: StepPlanning,
): Promise<KnownStep> {
  const settings = stepSettings(step, job);
  const run = await findSameRun(settings);
  const progress = readProgress(createValues(line));
  const found = await surveyInput({ ...settings, progress }, { run, wanted, terminal });
  const options = planOptions(settings, run, recall);
  const work: PlannedWork = {
    plan: planOf(found, options),
    input: step.table?.name ?? step.id,
    things: "rows",
    duplicates: settings.request.duplicates,
    run: run && shownPath(run.directory),
    obstacle: obstacleOf(settings, run),
    wait: settings.limits.wait,
    requests: asSent(settings, found.first),
    sample: undefined,
  };
  return { step, settings, found, options, work };
}

/** Whether requests may be sent once more than the run sends them. */
export function mayBeTried({ request }: WorkSettings): boolean {
  return request.duplicates === "asked once";
}
