import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";

import { JournalStore } from "../queue/journal-store.ts";
import { JOB_FILE, runDirectories, RUNS_FOLDER } from "../queue/run-directories.ts";
import type { ListedRun } from "../report/run-listing.ts";
import { readOverview } from "../report/run-overview.ts";
import { readJobOverview } from "./job-overview.ts";
import { runBytes } from "./run-files.ts";

/** A run below `.fanfetch` and where it is. */
export type FoundRun = ListedRun & { readonly directory: string };

/** Every run below `.fanfetch`, the one that began last first; those that cannot be read come last. */
export function listRuns(): readonly FoundRun[] {
  return runDirectories(resolve(RUNS_FOLDER))
    .flatMap((directory) => readListed(directory) ?? [])
    .sort((one, other) => beganOf(other) - beganOf(one));
}

/** A run as it is found; undefined where it has gone meanwhile. */
function readListed(directory: string): FoundRun | undefined {
  try {
    if (existsSync(join(directory, JOB_FILE))) {
      return {
        kind: "read",
        directory,
        run: readJobOverview(directory),
        bytes: runBytes(directory),
      };
    }
    using store = JournalStore.open(directory, "read");
    return { kind: "read", directory, run: readOverview(store), bytes: runBytes(directory) };
  } catch (error) {
    if (!existsSync(directory)) return undefined;
    const why = (error as Error).message;
    return { kind: "unreadable", directory, name: basename(directory), why };
  }
}

function beganOf(found: FoundRun): number {
  return found.kind === "read" ? (found.run.beganMs ?? 0) : -1;
}
