import { basename, dirname, relative, resolve } from "node:path";

import { RUNS_FOLDER } from "../queue/run-directories.ts";

/** How a run is named to a command from here: by its name where it is below `.fanfetch`, else by its path. */
export function runWord(directory: string): string {
  if (dirname(directory) === resolve(RUNS_FOLDER)) return basename(directory);
  const path = relative(process.cwd(), directory);
  return path === "" ? "." : path;
}
