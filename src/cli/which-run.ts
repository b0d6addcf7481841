import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";

import { UsageError } from "../core/usage-error.ts";
import { didYouMean } from "../formats/nearest.ts";
import { visible } from "../formats/visible.ts";
import { readJobIdentity } from "../queue/job-directory.ts";
import { JOURNAL_FILE } from "../queue/journal-format.ts";
import { JOB_FILE, runDirectories, RUNS_FOLDER } from "../queue/run-directories.ts";

/** A run that was named: of one journal, or of a job, whose steps have one each. */
export interface NamedRun {
  readonly kind: "run" | "job";
  readonly directory: string;
}

/**
 * The run that is meant: a directory, a name below `.fanfetch`, or the latest run.
 * @throws UsageError where there is none, naming the nearest.
 */
export function foundRun(word: string | undefined): NamedRun {
  const runs = runDirectories(resolve(RUNS_FOLDER));
  if (word === undefined) {
    const [latest] = runs;
    if (latest !== undefined) return { kind: kindOf(latest) ?? "run", directory: latest };
    throw new UsageError(`there is no run in ${RUNS_FOLDER}; name the directory of one`);
  }
  for (const directory of [resolve(word), join(resolve(RUNS_FOLDER), word)]) {
    const kind = kindOf(directory);
    if (kind !== undefined) return { kind, directory };
  }
  const names = runs.map((directory) => basename(directory));
  throw new UsageError(`there is no run "${visible(word)}"${didYouMean(word, names)}`);
}

function kindOf(directory: string): NamedRun["kind"] | undefined {
  if (existsSync(join(directory, JOB_FILE))) return "job";
  return existsSync(join(directory, JOURNAL_FILE)) ? "run" : undefined;
}

/**
 * The directory of the run that is meant; of a job that of its last step that has begun.
 * @throws UsageError where there is none, naming the nearest.
 */
export function whichRun(word: string | undefined): string {
  const { kind, directory } = foundRun(word);
  if (kind === "run") return directory;
  const step = stepRuns(directory).at(-1);
  if (step !== undefined) return step;
  throw new UsageError(`no step of ${visible(directory)} has begun`);
}

/** The runs of a job's steps that have begun, in the order in which they are asked. */
export function stepRuns(directory: string): readonly string[] {
  const steps = readJobIdentity(directory)?.steps ?? [];
  return steps
    .map((step) => join(directory, step))
    .filter((step) => existsSync(join(step, JOURNAL_FILE)));
}
