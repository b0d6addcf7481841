import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

import { UsageError } from "../core/usage-error.ts";
import { formatCount } from "../formats/quantity.ts";
import { visible } from "../formats/visible.ts";
import type { CompiledStep } from "../jobs/compile-step.ts";
import { planOf } from "../jobs/plan.ts";
import type { Recall } from "../jobs/planned-times.ts";
import { jobRunsOf, readJobIdentity } from "../queue/job-directory.ts";
import { RUNS_FOLDER } from "../queue/run-directories.ts";
import { asSent } from "./as-sent.ts";
import type { CommandLine } from "./command-line.ts";
import { type JobRun, jobRunIn } from "../runs/job-run.ts";
import { readAskedJob } from "./read-asked-job.ts";
import { planToJson } from "./plan-json.ts";
import { planLines } from "./plan-lines.ts";
import { obstacleOf, planOptions, surveyInput } from "./plan-work.ts";
import type { PlannedWork } from "./planned-work.ts";
import { findSameRun } from "./same-run.ts";
import { stepSettings } from "../runs/step-settings.ts";
import { shownPath } from "../runs/shown-path.ts";
import type { AskedJob } from "../runs/ask-job.ts";
import { createValues, readProgress } from "./settings.ts";
import { shownAs, tellJson, tellLines } from "./tell-result.ts";
import type { Terminal } from "./terminal.ts";

/** A step as far as it can be planned: one whose rows only answers will tell has no plan yet. */
interface PlannedStep {
  readonly step: CompiledStep;
  readonly work: PlannedWork | undefined;
}

/**
 * `fanfetch plan run JOB`: what the steps would send whose rows are known, and which wait for others.
 * Sends nothing. @throws UsageError
 */
export async function planJob(
  line: CommandLine,
  terminal: Terminal,
  recall: Recall,
): Promise<number> {
  if (line.values.has("sample")) {
    throw new UsageError("plan run sends nothing: leave out --sample, or plan one step as map");
  }
  const values = new Map([...line.values].filter(([name]) => name !== "format"));
  const asked = await readAskedJob({ ...line, values });
  const run = jobRunIn(earlierRun(asked, line) ?? join(resolve(RUNS_FOLDER), NO_RUN), asked);
  const steps: PlannedStep[] = [];
  for (const step of asked.job.steps) {
    const isKnown = step.parents.ids.every((id) => existsSync(run.rowsFileOf(id)));
    steps.push({
      step,
      work: isKnown ? await planStep(step, run, { line, terminal, recall }) : undefined,
    });
  }
  if (shownAs(line) === "json") {
    await tellJson(
      terminal,
      steps.map(({ step, work }) => ({
        step: step.id,
        ...(work === undefined ? { waitsFor: step.parents.ids } : planToJson(work)),
      })),
    );
    return 0;
  }
  for (const [index, one] of steps.entries()) {
    await tellLines(terminal, [...(index === 0 ? [] : [""]), ...linesOf(one)]);
  }
  await tellLines(terminal, ["", "nothing was sent"]);
  return 0;
}

/** No run is ever called so. */
const NO_RUN = ".none";

function earlierRun({ identity }: AskedJob, line: CommandLine): string | undefined {
  if (line.values.has("force")) return undefined;
  const named = line.values.get("run")?.at(-1);
  if (named === undefined) return jobRunsOf(identity, resolve(RUNS_FOLDER))[0];
  return readJobIdentity(resolve(named))?.identity === identity ? resolve(named) : undefined;
}

/** What a step is planned with. */
interface Planning {
  readonly line: CommandLine;
  readonly terminal: Terminal;
  readonly recall: Recall;
}

async function planStep(
  step: CompiledStep,
  job: JobRun,
  { line, terminal, recall }: Planning,
): Promise<PlannedWork> {
  const settings = stepSettings(step, job);
  const run = await findSameRun(settings);
  const progress = readProgress(createValues(line));
  const found = await surveyInput({ ...settings, progress }, { run, wanted: 0, terminal });
  return {
    plan: planOf(found, planOptions(settings, run, recall)),
    input: step.table?.name ?? step.id,
    things: "rows",
    duplicates: settings.request.duplicates,
    run: run && shownPath(run.directory),
    obstacle: obstacleOf(settings, run),
    wait: settings.limits.wait,
    requests: asSent(settings, found.first),
    sample: undefined,
  };
}

function linesOf({ step, work }: PlannedStep): readonly string[] {
  const title = `step ${visible(step.id)}`;
  if (work === undefined) {
    const parents = step.parents.ids.map((id) => visible(id)).join(" and ");
    return [`${title}: a request for each row that ${parents} will give`];
  }
  return [`${title}:`, ...planLines(work), ...notesOf(step)];
}

/** What the count of requests does not tell. */
function notesOf({ pages, batch }: CompiledStep): readonly string[] {
  if (pages !== undefined) return ["each list counts as one page: further pages come on top"];
  if (batch === undefined) return [];
  return [`up to ${formatCount(batch.size)} rows share a request, and count as one here`];
}
