import { resolve } from "node:path";

import { systemClock } from "../core/clock.ts";
import { UsageError } from "../core/usage-error.ts";
import { resolveLimits } from "../engine/resolve-limits.ts";
import type { DefinedStep } from "../jobs/define-step.ts";
import { readJobModule } from "../jobs/job-file.ts";
import type { JobOfProgram } from "../jobs/job.ts";
import { openHostMemory } from "../memory/host-memory.ts";
import { stateFolder } from "../memory/state-folder.ts";
import { summarise } from "../report/summary.ts";
import { createTally, type Tally } from "../report/tally.ts";
import { type AskedJob, askJob } from "./ask-job.ts";
import { finishedRunOf } from "./finished-run.ts";
import { conduct, type Ending } from "./conduct.ts";
import { PROGRAM_OPTIONS, type JobOptions } from "./job-options.ts";
import { jobRunIn } from "./job-run.ts";
import type { JobResult, JobStop } from "./job-result.ts";
import { openJob } from "./open-job.ts";
import { readStep } from "./read-step.ts";
import type { RunJobOptions } from "./run-job.ts";
import { changesIn, type WorkChanges } from "./tell-changes.ts";

/** How a program is told of in messages, where the job has no name. */
const PROGRAM = "the job";

/** Runs the job of a program, and reads what became of it. @throws as `runJob` */
export async function playJob(job: JobOfProgram, options: RunJobOptions): Promise<JobResult> {
  const asked = await askedBy(job, options);
  const { signal, onEvent = () => {}, onNote = () => {}, directory } = options;
  const tally = createTally();
  await using memory = openHostMemory({
    folder: stateFolder(process.env),
    clock: systemClock,
    onTrouble: onNote,
  });
  const drain = new AbortController();
  await using open = await openJob(asked, { directory, memory, since: sinceOf(asked, options) });
  const work = await open.prepare({ say: onNote, complain: onNote }, tally);
  const ending = await conduct(work, {
    settings: open.settings,
    tally,
    clock: systemClock,
    signals: { drain: drain.signal, stop: signal ?? new AbortController().signal },
    drain: () => drain.abort(),
    listen: onEvent,
  });
  const changes = work.changes?.();
  return resultOf(asked, { directory: open.directory, tally, ending, signal, changes });
}

/** @throws UsageError for a directory of its own */
function sinceOf(asked: AskedJob, { earlier, directory }: RunJobOptions): string | undefined {
  if (earlier !== "ask what has changed") return undefined;
  if (directory !== undefined) {
    const words = "begins a run of its own beside the earlier one; leave out directory";
    throw new UsageError(`earlier: "${earlier}" ${words}`);
  }
  return finishedRunOf(asked);
}

/** @throws UsageError, RangeError */
async function askedBy(job: JobOfProgram, options: RunJobOptions): Promise<AskedJob> {
  const { session = {}, set = {}, folder = ".", environment = process.env } = options;
  const { maxRequests, mode, onFailure } = options;
  resolveLimits(session);
  if (maxRequests !== undefined && !(Number.isInteger(maxRequests) && maxRequests > 0)) {
    throw new RangeError(`maxRequests is a whole number from 1, not ${maxRequests}`);
  }
  const settings: JobOptions = {
    ...PROGRAM_OPTIONS,
    session,
    mode: mode ?? PROGRAM_OPTIONS.mode,
    onFailure: onFailure ?? PROGRAM_OPTIONS.onFailure,
    caps: { ...PROGRAM_OPTIONS.caps, maxRequests },
    redirectsTo: session.redirectsTo ?? PROGRAM_OPTIONS.redirectsTo,
    existing: options.earlier === "begin anew" ? "overwrite" : PROGRAM_OPTIONS.existing,
  };
  const read = await readJobModule(
    { default: job },
    { name: PROGRAM, set: Object.entries(set).map(([name, value]) => `${name}=${value}`) },
  );
  return await askJob(read, {
    folder: resolve(folder),
    environment,
    begins: { command: "run", positionals: [], values: [], cwd: process.cwd(), withheld: [] },
    options: settings,
  });
}

/** How a job's run ended. */
interface Ended {
  readonly directory: string;
  readonly tally: Tally;
  readonly ending: Ending;
  readonly signal: AbortSignal | undefined;
  readonly changes: WorkChanges | undefined;
}

function resultOf(
  asked: AskedJob,
  { directory, tally, ending, signal, changes }: Ended,
): JobResult {
  const { error, cap } = ending;
  if (error !== undefined && ending.reason === undefined) throw error;
  const run = jobRunIn(directory, asked);
  const read = asked.job.steps.map((step) => readStep(step, run));
  const steps = read.map(({ result }) => result);
  const isFinished = read.every(({ state }) => state === "finished");
  const stop = (): JobStop => {
    if (ending.reason !== undefined && ending.reason !== "locked") return ending.reason;
    if (signal?.aborted === true) return "aborted";
    return cap?.kind === "failure" ? "failure" : "no rows";
  };
  return {
    state: isFinished ? "finished" : "stopped",
    reason: isFinished ? undefined : stop(),
    message: isFinished ? undefined : error?.message,
    directory,
    account: { ...summarise(tally, directory), ...changesIn(changes) },
    steps,
    step(named: string | DefinedStep<unknown>) {
      const id = typeof named === "string" ? named : named.id;
      const found = steps.find((one) => one.id === id);
      if (found !== undefined) return found;
      throw new RangeError(
        `the job has no step "${id}"; there are ${steps.map((one) => one.id).join(", ")}`,
      );
    },
  };
}
