import type { Listener } from "../core/event.ts";
import type { SessionOptions } from "../engine/session-options.ts";
import type { JobOfProgram, JobValue } from "../jobs/job.ts";
import type { JobResult } from "./job-result.ts";

/** How a program runs a job. */
export interface RunJobOptions {
  /** Aborted, it stops the run at once; the same job goes on with it later. */
  readonly signal?: AbortSignal | undefined;
  /** Hears what happens; must neither throw nor wait. */
  readonly onEvent?: Listener;
  /** Takes sentences that the command line tells a person. @default nobody hears them */
  readonly onNote?: (sentence: string) => void;
  /** Where the run is kept. @default the run of the same job below `.fanfetch`, or a new one there */
  readonly directory?: string;
  /** As `--set`: variables, `base`, `limits.rate` and so on. @default as the job says */
  readonly set?: Readonly<Record<string, JobValue>>;
  /** What relative names in the job are meant from. @default the current directory */
  readonly folder?: string;
  /** Values of `${NAME}`. @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** How it asks, in place of the job's limits. @default as the job says */
  readonly session?: SessionOptions;
  /** @default "concurrent" */
  readonly mode?: "sequential" | "concurrent";
  /** Whether the first failure ends the run. @default "go on" */
  readonly onFailure?: "go on" | "stop";
  /** Requests of this call at most. @default no limit */
  readonly maxRequests?: number;
  /**
   * What becomes of an earlier run of the job. `begin anew`: it is left alone, and its outputs are overwritten;
   * `ask what has changed`: a new run, below `.fanfetch`, asks on condition that what the last finished one
   * was answered has changed. @default "go on"
   */
  readonly earlier?: "go on" | "begin anew" | "ask what has changed";
}

/**
 * Runs a job as `fanfetch run` does, durably: the same job in the same folder goes on with its run.
 * Stopping and failing are data. Rejects where nothing could begin: with a UsageError in one sentence for
 * a job that cannot be run, a RangeError for a limit that is none, a RunStopped where another process works
 * on the run, a DiskError.
 */
export async function runJob(job: JobOfProgram, options: RunJobOptions = {}): Promise<JobResult> {
  // A program that only fetches has no use for what a job needs.
  const { playJob } = await import("./play-job.ts");
  return await playJob(job, options);
}
