import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";

import { UsageError } from "../core/usage-error.ts";
import { didYouMean } from "../formats/nearest.ts";
import { visible } from "../formats/visible.ts";
import { JOURNAL_FILE } from "../queue/journal-format.ts";
import { runDirectories, RUNS_FOLDER } from "../queue/run-directories.ts";

/**
 * The directory of the run that is meant: a directory, a name below `.fanfetch`, or the latest run.
 * @throws UsageError where there is none, naming the nearest.
 */
export function whichRun(word: string | undefined): string {
  const runs = runDirectories(resolve(RUNS_FOLDER));
  if (word === undefined) {
    const [latest] = runs;
    if (latest !== undefined) return latest;
    throw new UsageError(`there is no run in ${RUNS_FOLDER}; name the directory of one`);
  }
  for (const directory of [resolve(word), join(resolve(RUNS_FOLDER), word)]) {
    if (existsSync(join(directory, JOURNAL_FILE))) return directory;
  }
  const names = runs.map((directory) => basename(directory));
  throw new UsageError(`there is no run "${visible(word)}"${didYouMean(word, names)}`);
}
