import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

import { UsageError } from "../core/usage-error.ts";
import { visible } from "../formats/visible.ts";
import { openCommons } from "../engine/session-commons.ts";
import type { HostMemory } from "../policy/host-memory.ts";
import {
  openJobDirectory,
  type OpenJobDirectory,
  readJobIdentity,
} from "../queue/job-directory.ts";
import { JournalError, RunLocked } from "../queue/journal-format.ts";
import { RUNS_FOLDER } from "../queue/run-directories.ts";
import type { Tally } from "../report/tally.ts";
import { outputError } from "../sinks/output-error.ts";
import { type AskedJob, nameOfJob } from "./ask-job.ts";
import { FIRST_AT_ONCE } from "./crawl-settings.ts";
import { openJobAuth } from "./job-auth.ts";
import { type JobRun, jobRunIn, STEPS_FOLDER } from "./job-run.ts";
import type { Work } from "./work.ts";
import { prepareSteps, type Teller } from "./run-steps.ts";
import { RunStopped } from "./run-stopped.ts";
import { shownPath } from "./shown-path.ts";
import { jobSession, stepSettings } from "./step-settings.ts";
import type { Again } from "./work-retry.ts";
import type { WorkSettings } from "./work-settings.ts";

/** Which run of a job is opened. */
export interface OpenJobOptions {
  /** Goes on with this run, whatever else there is. @default that of the same job, or a new one */
  readonly existing?: string | undefined;
  /** Where the run is kept. @default below `.fanfetch` */
  readonly directory?: string | undefined;
  /** The earlier run of the same job whose answers are taken: a new run begins. @default none */
  readonly since?: string | undefined;
  /** Failures that are owed again. @default none */
  readonly again?: Again | undefined;
  /** What is remembered of hosts. @default nothing */
  readonly memory?: HostMemory | undefined;
}

/** The run of a job, held for this process until it is disposed of. */
export interface OpenJob extends AsyncDisposable {
  readonly directory: string;
  /** What holds for the job as a whole, as its first step has it. */
  readonly settings: WorkSettings;
  /** The steps as one piece of work, counted in the tally. Nothing was sent yet. @throws UsageError */
  prepare(progress: Teller, tally: Tally): Promise<Work>;
}

/** Opens the run of a job and locks it; one in which nothing began leaves nothing. @throws UsageError, RunStopped */
export async function openJob(asked: AskedJob, options: OpenJobOptions = {}): Promise<OpenJob> {
  const { again, memory } = options;
  const opened = openRunOf(asked, options);
  const since = readJobIdentity(opened.directory)?.since;
  const run = { ...jobRunIn(opened.directory, asked), since, again };
  await using stack = new AsyncDisposableStack();
  stack.use(opened);
  stack.defer(() => forgetUnused(run, opened));
  const settings = stepSettings(run.job.steps[0]!, run);
  if (opened.origin === "new") checkOutputs(run);
  const who = stack.use(
    openJobAuth(run.job, {
      session: settings.session,
      whenQuotaIsGone: settings.limits.wait,
      memory,
      detour: settings.detour,
    }),
  );
  const commons = stack.use(
    openCommons(jobSession(run), {
      memory,
      whenQuotaIsGone: settings.limits.wait,
      ...(run.job.steps.some(({ crawl }) => crawl) ? { firstAtOnce: FIRST_AT_ONCE } : {}),
    }),
  );
  const held = stack.move();
  return {
    directory: opened.directory,
    settings,
    prepare: (progress, tally) =>
      prepareSteps({ ...run, who, commons }, { memory, tally, progress }),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** Tables and books that are there already and are not this run's. @throws UsageError */
function checkOutputs(run: JobRun): void {
  if (run.options.existing === "overwrite" || run.since !== undefined) return;
  for (const step of run.job.steps) {
    const { output, merge } = step.step;
    const isTable = output !== "-" && step.crawl?.folder === undefined;
    const files = [isTable ? output : undefined, merge];
    const there = files.find((file) => file !== undefined && existsSync(resolve(file)));
    if (there === undefined) continue;
    throw new UsageError(`${visible(there)} exists and is not this run's; --force overwrites it`);
  }
}

/** Opens the directory of a job's run, the one that it goes on with or a new one, and locks it. @throws UsageError, RunStopped */
function openRunOf(
  asked: AskedJob,
  { existing, directory: named, since }: OpenJobOptions,
): OpenJobDirectory {
  const directory = existing ?? (named === undefined ? undefined : resolve(named));
  const below = jobRunIn("", asked);
  const isAnew = since !== undefined || asked.options.existing === "overwrite";
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

/** A run that was refused before its first step began leaves nothing. */
function forgetUnused(run: JobRun, { origin }: OpenJobDirectory): void {
  if (origin === "earlier" || existsSync(join(run.directory, STEPS_FOLDER))) return;
  rmSync(run.directory, { recursive: true, force: true });
  const folder = dirname(run.directory);
  // Goes with its last run.
  if (folder === resolve(RUNS_FOLDER) && readdirSync(folder).length === 0) rmdirSync(folder);
}
