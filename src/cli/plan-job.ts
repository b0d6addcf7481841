import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

import { UsageError } from "../core/usage-error.ts";
import { formatCount } from "../formats/quantity.ts";
import { visible } from "../formats/visible.ts";
import type { CompiledStep } from "../jobs/compile-step.ts";
import { planOf, type PlanOptions } from "../jobs/plan.ts";
import type { Recall } from "../jobs/planned-times.ts";
import type { Survey } from "../jobs/survey.ts";
import { jobRunsOf, readJobIdentity } from "../queue/job-directory.ts";
import { RUNS_FOLDER } from "../queue/run-directories.ts";
import { asSent } from "./as-sent.ts";
import type { CommandLine } from "./command-line.ts";
import { type JobRun, jobRunIn } from "../runs/job-run.ts";
import { readAskedJob } from "./read-asked-job.ts";
import { planToJson } from "./plan-json.ts";
import { planLines } from "./plan-lines.ts";
import { obstacleOf, planOptions, surveyInput } from "./plan-work.ts";
import { allotSamples, exitCodeOfSample, sampleSize, sentWords } from "./plan-sample.ts";
import type { PlannedWork, Sample } from "./planned-work.ts";
import { latencyOf } from "./request-latencies.ts";
import { findSameRun } from "./same-run.ts";
import { sampleTable } from "./sample-table.ts";
import type { WorkSettings } from "../runs/work-settings.ts";
import { stepSettings } from "../runs/step-settings.ts";
import { shownPath } from "../runs/shown-path.ts";
import type { AskedJob } from "../runs/ask-job.ts";
import { createValues, readProgress } from "./settings.ts";
import { shownAs, tellJson, tellLines } from "./tell-result.ts";
import type { Terminal } from "./terminal.ts";

/** A step as far as it can be planned: one whose rows only answers will tell has no plan yet. */
interface PlannedStep {
  readonly step: CompiledStep;
  readonly known: KnownStep | undefined;
}

/** A step whose rows are known. */
interface KnownStep {
  readonly settings: WorkSettings;
  readonly found: Survey;
  readonly options: PlanOptions;
  /** Without its sample. */
  readonly work: PlannedWork;
}

/**
 * `fanfetch plan run JOB`: what the steps would send whose rows are known, and which wait for others.
 * Sends nothing but the requests of `--sample`, which are spread over those steps. @throws UsageError
 */
export async function planJob(
  line: CommandLine,
  terminal: Terminal,
  recall: Recall,
): Promise<number> {
  const wanted = sampleSize(line);
  const values = new Map(
    [...line.values].filter(([name]) => name !== "format" && name !== "sample"),
  );
  const asked = await readAskedJob({ ...line, values });
  const run = jobRunIn(earlierRun(asked, line) ?? join(resolve(RUNS_FOLDER), NO_RUN), asked);
  if (wanted > 0) checkSampled(run);
  const steps: PlannedStep[] = [];
  for (const step of asked.job.steps) {
    const isKnown = step.parents.ids.every((id) => existsSync(run.rowsFileOf(id)));
    const known = isKnown
      ? await planStep(step, run, { line, terminal, recall, wanted })
      : undefined;
    steps.push({ step, known });
  }
  const samples =
    wanted === 0 ? NO_SAMPLES : await sampleSteps(steps, { run, wanted, line, terminal });
  const told = steps.map(({ step, known }) => ({
    step,
    work: known && sampledWork(known, samples.get(step)),
  }));
  if (shownAs(line) === "json") {
    await tellJson(
      terminal,
      told.map(({ step, work }) => ({
        step: step.id,
        ...(work === undefined ? { waitsFor: step.parents.ids } : planToJson(work)),
      })),
    );
  } else {
    const isAfterTable = [...samples.values()].some(({ outcomes }) => outcomes.length > 0);
    for (const [index, { step, work }] of told.entries()) {
      const gap = index === 0 && !isAfterTable ? [] : [""];
      await tellLines(terminal, [...gap, ...linesOf(step, work)]);
    }
    await tellLines(terminal, ["", sentWords([...samples.values()])]);
  }
  const codes = [...samples.values()].map((sample) => exitCodeOfSample(sample, terminal));
  return Math.max(0, ...codes);
}

const NO_SAMPLES: ReadonlyMap<CompiledStep, Sample> = new Map();

/** @throws UsageError for a job whose requests cannot be tried one by one */
function checkSampled({ job }: JobRun): void {
  const { auth } = job.job;
  if (auth?.kind !== "login") return;
  throw new UsageError(
    `--sample would ask without the cookies that the step ${visible(auth.step)} is given; leave it out`,
  );
}

interface Sampling {
  readonly run: JobRun;
  readonly wanted: number;
  readonly line: CommandLine;
  readonly terminal: Terminal;
}

/** Really sends some requests of the steps whose rows are known, and that may be asked twice. @throws UsageError */
async function sampleSteps(
  steps: readonly PlannedStep[],
  { run, wanted, line, terminal }: Sampling,
): Promise<ReadonlyMap<CompiledStep, Sample>> {
  const asked = steps.filter(({ known }) => known?.settings.request.duplicates === "asked once");
  if (asked.length === 0) {
    throw new UsageError("--sample finds no step that may be asked once more; leave it out");
  }
  const { openJobAuth } = await import("../runs/job-auth.ts");
  const { sendSample } = await import("./send-sample.ts");
  const { session, limits } = asked[0]!.known!.settings;
  await using who = openJobAuth(run.job, { session, whenQuotaIsGone: limits.wait });
  const shares = allotSamples(
    wanted,
    asked.map(({ known }) => sampleOf(known!).length),
  );
  const told = sampleTable(line, terminal);
  const samples = new Map<CompiledStep, Sample>();
  for (const [index, { step, known }] of asked.entries()) {
    const requests = sampleOf(known!).slice(0, shares[index]);
    if (requests.length === 0) continue;
    const sample = await sendSample({ ...known!.settings, who }, requests, told);
    samples.set(step, sample);
    if (sample.halted !== undefined || sample.interrupted !== undefined) break;
  }
  return samples;
}

/** Requests spread over a step's rows, as many as its caps let leave. */
function sampleOf({ found, work }: KnownStep): Survey["spread"] {
  return found.spread.slice(0, work.plan.stop?.after ?? Number.POSITIVE_INFINITY);
}

/** The plan of a step, with the times that its sample has shown. */
function sampledWork({ work, found, options }: KnownStep, sample: Sample | undefined): PlannedWork {
  if (sample === undefined) return work;
  return {
    ...work,
    plan: planOf(found, { ...options, latencyMs: latencyOf(sample.latencies) }),
    sample,
  };
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
  readonly wanted: number;
}

async function planStep(
  step: CompiledStep,
  job: JobRun,
  { line, terminal, recall, wanted }: Planning,
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
  return { settings, found, options, work };
}

function linesOf(step: CompiledStep, work: PlannedWork | undefined): readonly string[] {
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
