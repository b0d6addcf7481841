import { UsageError } from "../core/usage-error.ts";
import { visible } from "../formats/visible.ts";
import type { Task } from "../queue/queue.ts";
import type { ComparedPart, ComparedRun } from "../report/run-changes.ts";
import { readOverview } from "../report/run-overview.ts";
import { openToRead } from "../runs/open-to-read.ts";
import { readJobOverview } from "./job-overview.ts";
import { runWord } from "./run-word.ts";
import { openStoredInput } from "./stored-input.ts";
import { storedJob } from "./stored-job.ts";
import { type NamedRun, stepRuns } from "./which-run.ts";

/** Two runs that are compared. */
export interface TwoRuns {
  readonly before: NamedRun;
  readonly after: NamedRun;
}

/**
 * What of two runs is compared with what: the steps of jobs by their names, else the runs as they are.
 * @throws UsageError where only one of them is a job's
 */
export function comparedParts({ before, after }: TwoRuns): readonly ComparedPart[] {
  if (before.kind !== after.kind) {
    const [job, other] = before.kind === "job" ? [before, after] : [after, before];
    throw new UsageError(
      `${nameOf(job)} is the run of a job and ${nameOf(other)} is not; name a step of it: ${nameOf(job)}/steps/…`,
    );
  }
  if (before.kind === "run") {
    return [{ before: comparedRun(before.directory), after: comparedRun(after.directory) }];
  }
  const [ones, others] = [stepsOf(before.directory), stepsOf(after.directory)];
  const names = [...new Set([...others.keys(), ...ones.keys()])];
  const runOf = (directory: string | undefined): ComparedRun | undefined =>
    directory === undefined ? undefined : comparedRun(directory);
  return names.map((step) => ({
    step,
    before: runOf(ones.get(step)),
    after: runOf(others.get(step)),
  }));
}

/** Sentences for those of two runs that are not finished: what they owe counts as not there. */
export function unfinishedWords({ before, after }: TwoRuns): readonly string[] {
  return [before, after].flatMap((run) =>
    isFinished(run) ? [] : [`${nameOf(run)} is not finished: what it owes counts as not there`],
  );
}

function isFinished({ kind, directory }: NamedRun): boolean {
  if (kind === "job") return readJobOverview(directory).state === "finished";
  using store = openToRead(directory);
  return readOverview(store).state === "finished";
}

function stepsOf(directory: string): ReadonlyMap<string, string> {
  return new Map(stepRuns(directory).map((step) => [storedJob(step).job.step ?? step, step]));
}

function comparedRun(directory: string): ComparedRun {
  return { directory, openBatches: () => openBatches(directory) };
}

/** @throws UsageError where the input is not what it was */
async function openBatches(directory: string): Promise<AsyncIterable<readonly Task[]>> {
  using store = openToRead(directory);
  const input = await openStoredInput(store, "read the copy");
  if (input.kind === "as it was") return input.tasks.batches;
  throw new UsageError(
    `what ${visible(runWord(directory))} asked for cannot be told any more: ${input.why}`,
  );
}

function nameOf({ directory }: NamedRun): string {
  return visible(runWord(directory));
}
