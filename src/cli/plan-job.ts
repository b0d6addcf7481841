import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

import { formatCount } from "../formats/quantity.ts";
import { visible } from "../formats/visible.ts";
import type { CompiledStep } from "../jobs/compile-step.ts";
import { planOf } from "../jobs/plan.ts";
import type { Recall } from "../jobs/planned-times.ts";
import { jobRunsOf, readJobIdentity } from "../queue/job-directory.ts";
import { RUNS_FOLDER } from "../queue/run-directories.ts";
import type { AskedJob } from "../runs/ask-job.ts";
import { type JobRun, jobRunIn } from "../runs/job-run.ts";
import type { CommandLine } from "./command-line.ts";
import {
  crawlPlanLines,
  crawlPlanToJson,
  exitCodeOfCrawlPlan,
  type PlannedCrawl,
} from "./crawl-plan.ts";
import type { JobTrial } from "./job-trial.ts";
import { planToJson } from "./plan-json.ts";
import { planLines } from "./plan-lines.ts";
import { exitCodeOfSample, sampleSize, sentWords } from "./plan-sample.ts";
import { type KnownStep, planStep } from "./planned-step.ts";
import type { PlannedWork, Sample } from "./planned-work.ts";
import { readAskedJob } from "./read-asked-job.ts";
import { latencyOf } from "./request-latencies.ts";
import { sampleTable } from "./sample-table.ts";
import { shownAs, tellJson, tellLines } from "./tell-result.ts";
import type { Terminal } from "./terminal.ts";

/** A step as far as it can be planned. */
type PlannedStep = { readonly step: CompiledStep } & (
  | { readonly kind: "known"; readonly known: KnownStep; readonly sample?: Sample | undefined }
  | { readonly kind: "crawl"; readonly crawl: PlannedCrawl }
  /** One whose rows only answers will tell has no plan yet. */
  | { readonly kind: "waits" }
);

/**
 * `fanfetch plan run JOB`: what the steps would send whose rows are known, and which wait for others.
 * Sends nothing but the requests of `--sample`, with which lists are asked first, and those for the pages of
 * steps that follow links. @throws UsageError
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
  const known = jobRunIn(earlierRun(asked, line) ?? join(resolve(RUNS_FOLDER), NO_RUN), asked);
  const planning = { line, terminal, recall, wanted };
  await using trial = wanted === 0 ? undefined : await openTrialOf(asked, known, planning);
  const run = trial?.run ?? known;
  let steps: readonly PlannedStep[] = [];
  for (const step of asked.job.steps) {
    const planned = await planOne(step, run, { ...planning, trial });
    if (typeof planned === "number") return planned;
    steps = [...steps, planned];
  }
  if (trial !== undefined) steps = await withSamples(steps, trial);
  const samples = steps.flatMap((one) => (one.kind === "known" && one.sample ? [one.sample] : []));
  if (shownAs(line) === "json") await tellJson(terminal, steps.map(stepToJson));
  else {
    const isAfterTable = samples.some(({ outcomes }) => outcomes.length > 0);
    for (const [index, one] of steps.entries()) {
      const gap = index === 0 && !isAfterTable ? [] : [""];
      await tellLines(terminal, [...gap, ...linesOf(one)]);
    }
    const isRead = steps.some(({ kind }) => kind === "crawl") && samples.length === 0;
    if (!isRead) await tellLines(terminal, ["", sentWords(samples)]);
  }
  return Math.max(
    0,
    ...samples.map((one) => exitCodeOfSample(one, terminal)),
    ...steps.map(codeOf),
  );
}

interface Planning {
  readonly line: CommandLine;
  readonly terminal: Terminal;
  readonly recall: Recall;
  readonly wanted: number;
}

async function openTrialOf(asked: AskedJob, known: JobRun, planning: Planning): Promise<JobTrial> {
  const { line, terminal, wanted } = planning;
  // The HTTP stack is loaded for those who send.
  const { openTrial } = await import("./job-trial.ts");
  return await openTrial(asked, {
    ...{ known, wanted, terminal },
    onOutcome: sampleTable(line, terminal),
  });
}

/** Plans a step; the exit code of what interrupted it. */
async function planOne(
  step: CompiledStep,
  run: JobRun,
  { trial, ...planning }: Planning & { readonly trial: JobTrial | undefined },
): Promise<PlannedStep | number> {
  if (step.crawl !== undefined) {
    const { planCrawlStep } = await import("./plan-crawl.ts");
    const crawl = await planCrawlStep(step, run, planning);
    return typeof crawl === "number" ? crawl : { step, kind: "crawl", crawl };
  }
  if (!step.parents.ids.every((id) => existsSync(run.rowsFileOf(id)))) {
    return { step, kind: "waits" };
  }
  const known = await planStep(step, run, planning);
  const sample = step.position === "inner" ? await trial?.askList(known) : undefined;
  if (sample?.interrupted !== undefined) return sample.interrupted;
  return { step, kind: "known", known, sample };
}

/** Sends what is left of the samples, and tells each step's. */
async function withSamples(
  steps: readonly PlannedStep[],
  trial: JobTrial,
): Promise<readonly PlannedStep[]> {
  const open = steps.flatMap((one) =>
    one.kind === "known" && one.sample === undefined ? [one.known] : [],
  );
  const samples = await trial.askSome(open);
  return steps.map((one) =>
    one.kind === "known" ? { ...one, sample: one.sample ?? samples.get(one.known) } : one,
  );
}

/** The plan of a step, with the times that its sample has shown. */
function sampledWork({ work, found, options }: KnownStep, sample: Sample | undefined): PlannedWork {
  if (sample === undefined) return work;
  const latencyMs = latencyOf(sample.latencies);
  return { ...work, plan: planOf(found, { ...options, latencyMs }), sample };
}

/** No run is ever called so. */
const NO_RUN = ".none";

function earlierRun({ identity }: AskedJob, line: CommandLine): string | undefined {
  if (line.values.has("force")) return undefined;
  const named = line.values.get("run")?.at(-1);
  if (named === undefined) return jobRunsOf(identity, resolve(RUNS_FOLDER))[0];
  return readJobIdentity(resolve(named))?.identity === identity ? resolve(named) : undefined;
}

function stepToJson(one: PlannedStep): object {
  const { step } = one;
  if (one.kind === "waits") return { step: step.id, waitsFor: step.parents.ids };
  const plan =
    one.kind === "crawl"
      ? crawlPlanToJson(one.crawl)
      : planToJson(sampledWork(one.known, one.sample));
  return { step: step.id, ...plan };
}

function linesOf(one: PlannedStep): readonly string[] {
  const { step } = one;
  const title = `step ${visible(step.id)}`;
  if (one.kind === "waits") {
    const parents = step.parents.ids.map((id) => visible(id)).join(" and ");
    return [`${title}: a request for each row that ${parents} will give`];
  }
  if (one.kind === "crawl") return [`${title}:`, ...crawlPlanLines(one.crawl)];
  return [`${title}:`, ...planLines(sampledWork(one.known, one.sample)), ...notesOf(step)];
}

/** What the count of requests does not tell. */
function notesOf({ pages, batch }: CompiledStep): readonly string[] {
  if (pages !== undefined) return ["each list counts as one page: further pages come on top"];
  if (batch === undefined) return [];
  return [`up to ${formatCount(batch.size)} rows share a request, and count as one here`];
}

function codeOf(one: PlannedStep): number {
  return one.kind === "crawl" ? exitCodeOfCrawlPlan(one.crawl) : 0;
}
