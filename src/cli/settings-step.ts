import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { resolveLimits } from "../engine/resolve-limits.ts";
import { compileTextTemplate } from "../formats/text-template.ts";
import type { CompiledStep } from "../jobs/compile-step.ts";
import type { JobLimits, JobTotals } from "../jobs/job.ts";
import { JOURNAL_FILE } from "../queue/journal-format.ts";
import type { RunSettings } from "./settings-run.ts";
import type { JobRun } from "./job-run.ts";
import { createValues, readProgress, type Settings, type Values } from "./settings.ts";
import { readCaps, readSession } from "./settings-limits.ts";
import { formatOf, type OutputSettings } from "./settings-output.ts";
import type { RunJob } from "./run-job.ts";
import { stepWork } from "./step-work.ts";

const SAFE = new Set(["GET", "HEAD", "OPTIONS", "QUERY"]);

/** The settings of one step of a job: its own, the job's, and what the command line says beside. @throws UsageError */
export function stepSettings(step: CompiledStep, run: JobRun): Settings {
  const { job, line } = run;
  const values = valuesOf(step, run);
  const duplicates = SAFE.has(step.method) ? "asked once" : "each asked";
  const request = {
    method: step.method,
    headers: [],
    removedHeaders: [],
    secretHeaders: step.secretHeaders,
    body: undefined,
    duplicates,
  } as const;
  const title = `${job.name}: ${step.id}`;
  const session = readSession(values, {
    settings: request,
    userAgent: undefined,
    curlUrl: undefined,
    hints: [],
  });
  return Object.freeze({
    command: "run",
    input: { kind: "step", path: step.table?.path ?? step.id },
    request,
    session: step.accept === undefined ? session : { ...session, accept: step.accept },
    mode: (values.last("mode") ?? "concurrent") as Settings["mode"],
    failIf: undefined,
    retryIf: undefined,
    onFailure: values.has("fail-fast") ? "stop" : "go on",
    caps: readCaps(values),
    limits: { wait: values.has("wait") ? "wait" : "stop" },
    output: outputOf(step, run),
    run: runOf(step, run, title),
    redirectsTo: values.has("allow-private") ? "anywhere" : "public",
    cookieJar: undefined,
    progress: readProgress(createValues(line)),
    summary: values.last("summary"),
    hints: [],
    step: stepWork(step, {
      job,
      folder: run.folder,
      fileOf: run.rowsFileOf,
      mostAtOnce: values.last("mode") === "sequential" ? 1 : resolveLimits(session).concurrency,
      say: run.say,
    }),
    who: run.who,
  } satisfies Settings);
}

/** Where the records and the bodies of a step go by themselves; its items are written later. */
function writesOf({ step, each }: CompiledStep): NonNullable<RunJob["writes"]> {
  const { output, save } = step;
  return {
    ...(output === undefined || each !== undefined ? {} : { output }),
    ...(save === undefined ? {} : { save }),
  };
}

/** The run of the step, which goes on where there is one. */
function runOf(step: CompiledStep, run: JobRun, title: string): RunSettings {
  const { again, describes, identity } = run;
  const work = createHash("sha256").update(`${identity}\n${step.id}`).digest("hex");
  const directory = run.directoryOf(step);
  const isRetried = again !== undefined && step.position === "leaf";
  if (isRetried && existsSync(join(directory, JOURNAL_FILE))) {
    return { kind: "existing", directory, work, again };
  }
  return {
    kind: "durable",
    directory,
    // A login is no answer to keep: each process has cookies of its own.
    earlier: isLogin(step, run.job) ? "ignore" : "go on",
    job: { ...describes, title, step: step.id, writes: writesOf(step) },
    work,
    name: step.id,
  };
}

function isLogin({ id }: CompiledStep, { job }: JobRun["job"]): boolean {
  return job.auth?.kind === "login" && job.auth.step === id;
}

/** Whether the items of a step's answers are read from what was kept of them, once it has ended. */
export function isReadLater({ each, position, step }: CompiledStep): boolean {
  return position === "inner" || (each !== undefined && step.output !== undefined);
}

function outputOf(step: CompiledStep, run: JobRun): OutputSettings {
  const { output, save, keep } = step.step;
  const values = createValues(run.line);
  const isTable = output !== undefined && step.each === undefined;
  return {
    kind: isTable ? "records" : "none",
    path: output ?? "-",
    format: output === undefined ? "jsonl" : (formatOf(output, "get", "output") ?? "jsonl"),
    save: save === undefined ? undefined : withConstants(save, run.job.constants),
    picks: [],
    order: (values.last("order") ?? "arrival") as OutputSettings["order"],
    meta: "with meta",
    csvCells: values.has("no-csv-safe") ? "verbatim" : "formula-safe",
    existing: run.since === undefined ? run.existing : "overwrite",
    keeps: keep === true || values.has("keep") || isReadLater(step) ? "answers" : "nothing",
  };
}

/** A template of file names in which the job's variables are filled in; their values are names, no folders. */
function withConstants(text: string, constants: ReadonlyMap<string, unknown>): string {
  return text.replaceAll(/\{([^{}|]+)(\|[^{}]*)?\}/g, (place, name: string) => {
    if (!constants.has(name)) return place;
    const value = compileTextTemplate(place).expand((one) => constants.get(one));
    return value.replaceAll(/[/\\]/g, "_").replaceAll("{", "{{").replaceAll("}", "}}");
  });
}

/** The options of the command line, and in their absence what the job says. */
function valuesOf({ step, limits }: CompiledStep, { job, line }: JobRun): Values {
  const values = new Map<string, readonly string[]>();
  const { job: asked } = job;
  const add = (name: string, ...given: readonly (string | number | undefined)[]): void => {
    const known = given.filter((one) => one !== undefined).map(String);
    if (known.length > 0) values.set(name, known);
  };
  const totals: JobTotals = asked.limits ?? {};
  add("concurrency", least(job.limits.concurrency, limits.concurrency));
  add("per-host", least(job.limits.perHost, limits.perHost));
  add("rate", ...ratesOf(totals), ...ratesOf(step.limits ?? {}));
  add("timeout", totals.timeout);
  add("connect-timeout", totals.connectTimeout);
  add("retries", totals.retries);
  add("max-retry-after", totals.maxRetryAfter);
  for (const [name, given] of line.values) values.set(name, given);
  return createValues({ values });
}

function least(one: number | undefined, other: number | undefined): number | undefined {
  const both = [one, other].filter((value) => value !== undefined);
  return both.length === 0 ? undefined : Math.min(...both);
}

function ratesOf({ rate = [] }: JobLimits): readonly string[] {
  return (typeof rate === "string" ? [rate] : rate).filter((one) => one !== "auto");
}
