import { access, constants, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

import { DiskError, isRefusal } from "../core/disk-error.ts";
import { UsageError } from "../core/usage-error.ts";
import { visible } from "../formats/visible.ts";
import { formatSummary, summarise } from "../report/summary.ts";
import { changesIn, type WorkChanges } from "../runs/tell-changes.ts";
import type { Tally } from "../report/tally.ts";
import { reasonOf } from "./read-text.ts";

/**
 * Makes sure before a run that its summary can be written. An earlier summary is replaced without
 * being asked, which is why the name must end in `.json`: a table is not overwritten by a slip.
 * @throws UsageError for a wrong name, DiskError where the disk refuses.
 */
export async function checkSummaryFile(path: string | undefined): Promise<void> {
  if (path === undefined) return;
  if (!path.toLowerCase().endsWith(".json")) {
    throw new UsageError(`--summary writes JSON: name a .json file, not ${visible(path)}`);
  }
  try {
    const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (found?.isDirectory() === true) throw Object.assign(new Error(), { code: "EISDIR" });
    await access(found === undefined ? dirname(path) : path, constants.W_OK);
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === "ENOENT"
        ? "its folder does not exist"
        : reasonOf(error);
    const Meaning = isRefusal(error) ? DiskError : UsageError;
    throw new Meaning(`--summary ${visible(path)} cannot be written: ${reason}`, { cause: error });
  }
}

/** What a summary tells of. */
export interface SummaryParts {
  readonly tally: Tally;
  readonly run: string | undefined;
  /** Since the run before; undefined where there was none. */
  readonly changes?: WorkChanges | undefined;
}

/** Writes the summary after a run; returns a sentence where that failed: the answers are written already. */
export async function writeSummary(
  path: string | undefined,
  { tally, run, changes }: SummaryParts,
): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    await writeFile(
      path,
      formatSummary({ ...summarise(tally, run ?? null), ...changesIn(changes) }),
    );
    return undefined;
  } catch (error) {
    return `--summary ${visible(path)} was not written: ${reasonOf(error)}`;
  }
}
