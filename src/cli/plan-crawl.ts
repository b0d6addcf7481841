import { UsageError } from "../core/usage-error.ts";
import { planOf } from "../jobs/plan.ts";
import type { Recall } from "../jobs/planned-times.ts";
import type { CompiledStep } from "../jobs/compile-step.ts";
import type { Survey } from "../jobs/survey.ts";
import { asSent } from "./as-sent.ts";
import type { CommandLine } from "./command-line.ts";
import { copyOfJar } from "./copy-of-jar.ts";
import {
  crawlPlanLines,
  crawlPlanToJson,
  exitCodeOfCrawlPlan,
  MOST_READ,
  type PlannedCrawl,
} from "./crawl-plan.ts";
import { FIRST_AT_ONCE } from "../runs/crawl-settings.ts";
import { frontierRows } from "../runs/crawl-store.ts";
import { type CrawlSurvey, surveyCrawl } from "./crawl-survey.ts";
import { openFolder } from "./open-folder.ts";
import { obstacleOf, planOptions } from "./plan-work.ts";
import { readText } from "./read-text.ts";
import { latencyOf } from "./request-latencies.ts";
import { findSameRun, type SameRun } from "./same-run.ts";
import { createValues, readProgress, readSettings, type Settings } from "./settings.ts";
import { openJobAuth } from "../runs/job-auth.ts";
import type { JobRun } from "../runs/job-run.ts";
import { shownPath } from "../runs/shown-path.ts";
import { isAskedAgain } from "../runs/work-run.ts";
import { stepSettings } from "../runs/step-settings.ts";
import { shownAs, tellJson, tellLines } from "./tell-result.ts";
import type { Terminal } from "./terminal.ts";

/**
 * `fanfetch plan crawl URL…`: what a crawl would fetch, in reading order. Only pages tell that, so they are read,
 * as politely as the crawl would; files are not downloaded, and nothing is written. Exits with 1 where a page
 * could not be read, or none was.
 */
export async function planCrawl(
  line: CommandLine,
  terminal: Terminal,
  recall: Recall,
): Promise<number> {
  if (line.values.has("sample")) {
    throw new UsageError("plan crawl reads the pages of the crawl anyway; leave out --sample");
  }
  const values = new Map([...line.values].filter(([name]) => name !== "format"));
  const settings = await readSettings("crawl", { ...line, values }, readText);
  const planned = await plannedCrawl(settings, { terminal, recall });
  if (typeof planned === "number") return planned;
  if (shownAs(line) === "json") await tellJson(terminal, crawlPlanToJson(planned));
  else await tellLines(terminal, crawlPlanLines(planned));
  return exitCodeOfCrawlPlan(planned);
}

/** What the step of a job is planned with. */
export interface CrawlStepPlanning extends CrawlPlanning {
  readonly line: CommandLine;
}

/** Reads the pages of a step that follows links, as `plannedCrawl` does. @throws UsageError, RunStopped */
export async function planCrawlStep(
  step: CompiledStep,
  job: JobRun,
  { line, terminal, recall }: CrawlStepPlanning,
): Promise<PlannedCrawl | number> {
  const bare = stepSettings(step, job);
  const { session, limits } = bare;
  await using who = openJobAuth(job.job, { session, whenQuotaIsGone: limits.wait });
  const progress = readProgress(createValues(line));
  const told = { progress, summary: undefined, hints: [], onChange: "exit 0" } as const;
  return await plannedCrawl({ ...bare, who, ...told }, { terminal, recall });
}

/** What a crawl is planned with. */
export interface CrawlPlanning {
  readonly terminal: Terminal;
  readonly recall: Recall;
}

/** Reads the pages of a crawl and plans it; the exit code of what interrupted it. @throws UsageError, RunStopped */
export async function plannedCrawl(
  settings: Settings,
  { terminal, recall }: CrawlPlanning,
): Promise<PlannedCrawl | number> {
  const run = await findSameRun(settings);
  await using folder = await openFolder("plan");
  const survey = await surveyCrawl(await readingSettings(settings, folder.path), terminal);
  if (survey.interrupted !== undefined) return survey.interrupted;
  const plan = planOf(await countedSurvey(survey, run), {
    ...planOptions(settings, run, recall),
    latencyMs: latencyOf(survey.latencies),
    pauseMs: (origin) => survey.pauses.get(origin),
    firstAtOnce: FIRST_AT_ONCE,
  });
  return {
    survey,
    work: {
      plan,
      input: undefined,
      things: "URLs",
      duplicates: "each asked",
      run: run && shownPath(run.directory),
      finished: isAskedAgain(settings) ? "asks again" : "nothing",
      obstacle: obstacleOf(settings, run),
      wait: settings.limits.wait,
      requests: asSent(settings, survey.first),
      sample: undefined,
    },
  };
}

/** The settings of a crawl that reads and writes nothing. */
async function readingSettings(settings: Settings, folder: string): Promise<Settings> {
  const { crawl, output, caps, cookieJar } = settings;
  return {
    ...settings,
    crawl: crawl && { ...crawl, folder: undefined },
    output: {
      ...output,
      ...{ kind: "none", path: "-", save: undefined, picks: [] },
      ...{ existing: "overwrite", keeps: "nothing" },
    },
    picked: undefined,
    run: { kind: "in memory" },
    caps: { ...caps, maxRequests: caps.maxRequests ?? MOST_READ },
    cookieJar: cookieJar === undefined ? undefined : await copyOfJar(cookieJar, folder),
    summary: undefined,
  };
}

/** What was found, counted as an input is. */
async function countedSurvey(
  { urls, first }: CrawlSurvey,
  run: SameRun | undefined,
): Promise<Survey> {
  const done = run === undefined ? new Set<string>() : await doneUrls(run);
  const hosts = new Map<string, { requests: number; owed: number }>();
  let doneRows = 0;
  for (const { url } of urls) {
    const { origin } = new URL(url);
    const host = hosts.get(origin) ?? { requests: 0, owed: 0 };
    hosts.set(origin, host);
    host.requests += 1;
    if (done.has(url)) doneRows += 1;
    else host.owed += 1;
  }
  const told = [...hosts].map(([origin, counts]) => ({ origin, ...counts }));
  return {
    rows: urls.length,
    done: doneRows,
    requests: urls.length,
    owed: urls.length - doneRows,
    precision: "exact",
    hosts: told.toSorted((one, other) => other.owed - one.owed || other.requests - one.requests),
    refused: { rows: 0, why: undefined },
    first,
    spread: [],
  };
}

/** The URLs that an earlier process of the crawl has an outcome of. */
async function doneUrls({ directory, done }: SameRun): Promise<ReadonlySet<string>> {
  const urls = new Set<string>();
  for await (const rows of frontierRows(directory)) {
    for (const { number, values } of rows) if (done.has(number)) urls.add(values[0] as string);
  }
  return urls;
}
