import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

import { systemClock } from "../core/clock.ts";
import { UsageError } from "../core/usage-error.ts";
import { visible } from "../formats/visible.ts";
import { openHostMemory } from "../memory/host-memory.ts";
import { stateFolder } from "../memory/state-folder.ts";
import {
  jobRunsOf,
  openJobDirectory,
  type OpenJobDirectory,
  readJobIdentity,
} from "../queue/job-directory.ts";
import { JournalError, RunLocked } from "../queue/journal-format.ts";
import { RUNS_FOLDER } from "../queue/run-directories.ts";
import { outputError } from "../sinks/output-error.ts";
import { openJobAuth } from "./job-auth.ts";
import { type AskedJob, type JobRun, jobRunIn, nameOfJob, STEPS_FOLDER } from "./job-run.ts";
import { readJobOverview } from "./job-overview.ts";
import { prepareSteps } from "./run-steps.ts";
import { RunStopped } from "./run-stopped.ts";
import { runWork } from "./run-work.ts";
import { stepSettings } from "./settings-step.ts";
import type { Settings } from "./settings.ts";
import { shownPath } from "./shown-path.ts";
import { checkItems } from "./step-items-file.ts";
import type { Again } from "./work-retry.ts";
import type { Terminal } from "./terminal.ts";

/** How a job is sent. */
export interface SendJobOptions {
  readonly terminal: Terminal;
  /** The run to go on with. @default that of the same job, or a new one */
  readonly existing?: string;
  /** Failures that are owed again. @default none */
  readonly again?: Again | undefined;
}

/** Runs a job, or goes on with the run of the same job; the exit code. @throws UsageError, RunStopped */
export async function sendJob(
  asked: AskedJob,
  { terminal, existing, again }: SendJobOptions,
): Promise<number> {
  refuseCrawls(asked);
  const opened = openRunOf(asked, existing);
  using _lock = opened;
  const since = readJobIdentity(opened.directory)?.since;
  const run = { ...jobRunIn(opened.directory, asked), since, again };
  try {
    return await sendSteps(run, opened, terminal);
  } finally {
    forgetUnused(run, opened);
  }
}

async function sendSteps(
  run: JobRun,
  { origin }: OpenJobDirectory,
  terminal: Terminal,
): Promise<number> {
  const settings = jobSettings(run);
  if (origin === "new") checkOutputs(run);
  const early: string[] = [];
  let tell = (line: string): void => void early.push(line);
  await using memory = openHostMemory({
    folder: stateFolder(process.env),
    clock: systemClock,
    onTrouble: (sentence) => tell(sentence),
  });
  await using who = openJobAuth(run.job, {
    session: settings.session,
    whenQuotaIsGone: settings.limits.wait,
  });
  return await runWork(
    async (progress, tally) => {
      tell = (line) => progress.say(line);
      for (const line of early) tell(line);
      return await prepareSteps({ ...run, who }, { memory, tally, progress });
    },
    settings,
    { terminal, title: run.describes.title },
  );
}

/** What holds for the job as a whole: how it is told of, and its caps. */
function jobSettings(run: JobRun): Settings {
  const [first] = run.job.steps;
  const settings = stepSettings(first!, run);
  const isOnStdout = run.job.steps.some(({ step }) => step.output === "-");
  const output = { ...settings.output, path: "-", kind: isOnStdout ? "records" : "none" } as const;
  return { ...settings, output };
}

/** Links are followed by a command of their own. @throws UsageError */
function refuseCrawls({ job }: AskedJob): void {
  for (const { id, step } of job.steps) {
    const { follow, download, merge, next } = step;
    if (
      follow === undefined &&
      download === undefined &&
      merge === undefined &&
      next === undefined
    ) {
      continue;
    }
    throw new UsageError(
      `the step ${visible(id)} follows links, which run does not do yet; fanfetch crawl does`,
    );
  }
}

/** Tables that are there already and are not this run's. @throws UsageError */
function checkOutputs(run: JobRun): void {
  if (run.existing === "overwrite" || run.since !== undefined) return;
  for (const step of run.job.steps) {
    checkItems({ step, directory: run.directoryOf(step) });
    const { output } = step.step;
    if (output === undefined || output === "-" || step.each !== undefined) continue;
    if (!existsSync(resolve(output))) continue;
    throw new UsageError(`${visible(output)} exists and is not this run's; --force overwrites it`);
  }
}

/** Opens the run of a job, the one that it goes on with or a new one, and locks it. @throws UsageError, RunStopped */
export function openRunOf(asked: AskedJob, existing?: string): OpenJobDirectory {
  const named = asked.line.values.get("run")?.at(-1);
  if (named === "") throw new UsageError("--run needs the name of a directory");
  const directory = existing ?? (named === undefined ? undefined : resolve(named));
  const below = jobRunIn("", asked);
  const since = existing === undefined ? sinceOf(asked, named) : undefined;
  const isAnew = since !== undefined || asked.existing === "overwrite";
  try {
    return openJobDirectory({
      base: resolve(RUNS_FOLDER),
      directory,
      name: nameOfJob(asked),
      identity: asked.identity,
      command: asked.describes,
      steps: asked.job.steps.map(below.directoryOf),
      since,
      earlier: isAnew ? "ignore" : "go on",
    });
  } catch (error) {
    if (error instanceof RunLocked) {
      throw new RunStopped("locked", `${error.message}; wait for it or stop it first`);
    }
    if (error instanceof UsageError) throw error;
    if (error instanceof JournalError) throw new UsageError(error.message, { cause: error });
    throw outputError(shownPath(directory ?? resolve(RUNS_FOLDER)), error);
  }
}

/**
 * The finished run that --changed compares with; undefined without the option, or where there is none.
 * @throws UsageError together with a directory of its own
 */
function sinceOf({ identity, line }: AskedJob, named: string | undefined): string | undefined {
  if (!line.values.has("changed")) return undefined;
  if (named !== undefined || line.values.has("force")) {
    throw new UsageError(
      "--changed begins a run of its own beside the earlier one; leave out --run and --force",
    );
  }
  return jobRunsOf(identity, resolve(RUNS_FOLDER)).find(
    (directory) => readJobOverview(directory).state === "finished",
  );
}

/** A run that was refused before its first step began leaves nothing. */
function forgetUnused(run: JobRun, { origin }: OpenJobDirectory): void {
  if (origin === "earlier" || existsSync(join(run.directory, STEPS_FOLDER))) return;
  rmSync(run.directory, { recursive: true, force: true });
  const folder = dirname(run.directory);
  // Goes with its last run.
  if (folder === resolve(RUNS_FOLDER) && readdirSync(folder).length === 0) rmdirSync(folder);
}
