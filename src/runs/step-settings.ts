import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { resolveLimits } from "../engine/resolve-limits.ts";
import type { SharedParts } from "../engine/session.ts";
import { type Limits, SESSION_DEFAULTS, type SessionOptions } from "../engine/session-options.ts";
import { compileTextTemplate } from "../formats/text-template.ts";
import { warcCompressionOf } from "../formats/warc-record.ts";
import type { CompiledStep } from "../jobs/compile-step.ts";
import { compileRule } from "../middleware/compile-rule.ts";
import { JOURNAL_FILE } from "../queue/journal-format.ts";
import type { RunSettings } from "./run-settings.ts";
import { type JobRun, jobRunIn } from "./job-run.ts";
import type { WorkSettings } from "./work-settings.ts";
import { formatOf, type OutputSettings } from "./output-settings.ts";
import type { RunJob } from "./run-settings.ts";
import { stepCrawl } from "./step-crawl-settings.ts";
import { stepWork } from "./step-work.ts";

const SAFE = new Set(["GET", "HEAD", "OPTIONS", "QUERY"]);

/** The settings of one step of a job: its own, the job's, and what is asked for beside. @throws UsageError */
export function stepSettings(step: CompiledStep, run: JobRun): WorkSettings {
  const { job, options } = run;
  const base = sessionOf(step, run);
  const crawl = step.crawl && stepCrawl(step, step.crawl, run);
  const session = crawl?.userAgent === undefined ? base : { ...base, userAgent: crawl.userAgent };
  const duplicates = SAFE.has(step.method) ? "asked once" : "each asked";
  const request = {
    method: step.method,
    headers: crawl?.headers ?? [],
    removedHeaders: [],
    secretHeaders: step.secretHeaders,
    body: undefined,
    duplicates,
  } as const;
  const title = `${job.name}: ${step.id}`;
  return Object.freeze({
    command: "run",
    ...(crawl === undefined
      ? { input: { kind: "step", path: step.table?.path ?? step.id } }
      : { input: { kind: "urls", urls: crawl.crawl.starts }, crawl: crawl.crawl }),
    request,
    session,
    mode: options.mode,
    failIf: undefined,
    retryIf: undefined,
    onFailure: options.onFailure,
    caps: options.caps,
    limits: options.limits,
    output: outputOf(step, run),
    run: runOf(step, run, title),
    redirectsTo: options.redirectsTo,
    cookieJar: undefined,
    v8: options.v8,
    ...(options.detour === undefined ? {} : { detour: options.detour }),
    ...(crawl === undefined
      ? {
          step: stepWork(step, {
            job,
            folder: run.folder,
            fileOf: run.rowsFileOf,
            mostAtOnce: options.mode === "sequential" ? 1 : resolveLimits(session).concurrency,
            absent: options.absent,
            say: run.say,
          }),
        }
      : { picked: step.picks }),
    rules: () => Promise.all(step.rules.map(compileRule)),
    who: run.who,
    shared: run.commons && { commons: run.commons, ...ownLimits(step, run) },
  } satisfies WorkSettings);
}

/** Where the records and the bodies of a step go by themselves. */
function writesOf({ step }: CompiledStep): NonNullable<RunJob["writes"]> {
  const { output, save, merge } = step;
  return {
    ...(merge === undefined ? {} : { merge }),
    ...(output === undefined ? {} : { output }),
    ...(save === undefined ? {} : { save }),
  };
}

/** The run of the step, which goes on where there is one. */
function runOf(step: CompiledStep, run: JobRun, title: string): RunSettings {
  const { again, describes, identity } = run;
  const work = createHash("sha256").update(`${identity}\n${step.id}`).digest("hex");
  const directory = run.directoryOf(step);
  const isRetried = again !== undefined && mayBeRetried(step, run.job);
  if (isRetried && existsSync(join(directory, JOURNAL_FILE))) {
    const gives = step.position === "inner" ? "rows to others" : undefined;
    return { kind: "existing", directory, work, again, gives };
  }
  return {
    kind: "durable",
    directory,
    // A login is no answer to keep: each process has cookies of its own.
    earlier: isLogin(step, run.job) ? "ignore" : "go on",
    since: run.since && jobRunIn(run.since, run).directoryOf(step),
    job: { ...describes, title, step: step.id, writes: writesOf(step) },
    work,
    name: step.id,
  };
}

/**
 * Whether what a step has failed in can be asked again: a login goes by itself, and where rows of several
 * steps are joined further on, more of one would be other rows.
 */
function mayBeRetried(step: CompiledStep, job: JobRun["job"]): boolean {
  if (isLogin(step, job)) return false;
  return job.steps
    .filter(({ parents }) => parents.ids.includes(step.id))
    .every((child) => child.parents.kind === "one" && mayBeRetried(child, job));
}

function isLogin({ id }: CompiledStep, { job }: JobRun["job"]): boolean {
  return job.auth?.kind === "login" && job.auth.step === id;
}

function outputOf(step: CompiledStep, run: JobRun): OutputSettings {
  const { output, save, keep } = step.step;
  const { order, csvCells, existing, keeps } = run.options;
  const folder = step.crawl?.folder;
  const isTable = output !== undefined && folder === undefined;
  const isArchive = output !== undefined && warcCompressionOf(output) !== undefined;
  const isNamed = output === undefined || isArchive || folder !== undefined;
  const format = isNamed ? "jsonl" : formatOf(output, "get");
  return {
    kind: isArchive ? "archive" : isTable ? "records" : "none",
    path: isTable || isArchive ? output : "-",
    format: format ?? "jsonl",
    save: save === undefined ? undefined : withConstants(save, run.job.constants),
    files: step.crawl?.files,
    picks: [],
    order: isArchive ? "arrival" : (order ?? (step.each === undefined ? "arrival" : "input")),
    meta: "with meta",
    csvCells,
    existing: run.since === undefined ? existing : "overwrite",
    // What others are asked for is read from the answers, once all are there.
    keeps: keep === true || step.position === "inner" ? "answers" : keeps,
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

/** How a step asks: what is asked for beside the job, and in its absence what the job and the step say. */
function sessionOf(step: CompiledStep, run: JobRun): SessionOptions {
  const { limits, accept, secretHeaders } = step;
  const { limits: all, ...session } = jobSession(run);
  const { limits: asked = {} } = run.options.session;
  const { perHost, rates } = ownLimits(step, run);
  return Object.freeze({
    ...session,
    secretHeaders,
    limits: Object.freeze({
      concurrency: asked.concurrency ?? least(all.concurrency, limits.concurrency),
      perHost: least(all.perHost, perHost),
      rates: [...all.rates, ...rates],
    }),
    ...(accept === undefined ? {} : { accept }),
  });
}

/** How a job asks, whatever its step. */
export function jobSession({ job, options }: JobRun): JobSession {
  const { limits: asked = {}, ...given } = options.session;
  const { limits } = job;
  return {
    timeoutMs: limits.timeoutMs ?? SESSION_DEFAULTS.timeoutMs,
    connectTimeoutMs: limits.connectTimeoutMs ?? SESSION_DEFAULTS.connectTimeoutMs,
    retries: limits.retries ?? SESSION_DEFAULTS.retries,
    maxRetryAfterMs: limits.maxRetryAfterMs ?? SESSION_DEFAULTS.maxRetryAfterMs,
    ...given,
    limits: {
      concurrency: asked.concurrency ?? limits.concurrency ?? "auto",
      perHost: asked.perHost ?? limits.perHost ?? "auto",
      rates: asked.rates ?? limits.rates,
    },
  };
}

type JobSession = SessionOptions & { readonly limits: Required<Limits> };

/** What a step adds to the limits of its job; nothing where others were asked for in their place. */
function ownLimits({ limits }: CompiledStep, { options }: JobRun): OwnLimits {
  const { limits: asked = {} } = options.session;
  return {
    perHost: asked.perHost === undefined ? limits.perHost : undefined,
    rates: asked.rates === undefined ? limits.rates : [],
  };
}

type OwnLimits = Required<Pick<SharedParts, "rates">> & Pick<SharedParts, "perHost">;

function least(one: number | "auto", other: number | undefined): number | "auto" {
  if (other === undefined) return one;
  return one === "auto" ? other : Math.min(one, other);
}
