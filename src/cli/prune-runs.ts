import { basename } from "node:path";

import { formatCount, formatSize } from "../formats/quantity.ts";
import { visible } from "../formats/visible.ts";
import { RunLocked } from "../queue/journal-format.ts";
import { isWhole } from "../report/run-overview.ts";
import { type FoundRun, listRuns } from "./list-runs.ts";
import { removeRun } from "./run-files.ts";

/** Which runs are to go. */
export interface PruneChoice {
  /** Their directories, whatever their state; none means those that are done with. */
  readonly named: readonly string[];
  /** Only those whose last process ended before this moment, in milliseconds since the epoch. */
  readonly endedBeforeMs: number;
}

/** A run that stays, and why. */
interface KeptRun {
  readonly run: string;
  readonly why: string;
  readonly cause: "locked" | "other";
}

/** What became of the runs. */
export interface Pruned {
  readonly removed: readonly { readonly run: string; readonly bytes: number }[];
  readonly kept: readonly KeptRun[];
  /** Runs below `.fanfetch` that were not meant. */
  readonly others: number;
  /** A sentence for each directory that stays, since other files are in it. */
  readonly notes: readonly string[];
}

/** Removes runs, never one that somebody works on and never an output. */
export function pruneRuns({ named, endedBeforeMs }: PruneChoice): Pruned {
  const all = named.length > 0 ? [] : listRuns();
  const meant =
    named.length > 0
      ? named
      : all.filter((found) => isDoneWith(found, endedBeforeMs)).map(({ directory }) => directory);
  const removed: { run: string; bytes: number }[] = [];
  const kept: KeptRun[] = [];
  const notes: string[] = [];
  for (const directory of meant) {
    const run = basename(directory);
    try {
      const { bytes, others } = removeRun(directory);
      removed.push({ run, bytes });
      if (others.length > 0) notes.push(noteOf(directory, others));
    } catch (error) {
      const cause = error instanceof RunLocked ? "locked" : "other";
      kept.push({ run, why: (error as Error).message, cause });
    }
  }
  return { removed, kept, others: all.length - meant.length, notes };
}

/** Finished, nothing failed, nothing owed, and as long ago as was asked. */
function isDoneWith(found: FoundRun, endedBeforeMs: number): boolean {
  if (found.kind !== "read") return false;
  const { run } = found;
  const endedMs = run.sessions.at(-1)?.endedMs ?? Number.POSITIVE_INFINITY;
  return isWhole(run) && run.failed === 0 && endedMs < endedBeforeMs;
}

function noteOf(directory: string, others: readonly string[]): string {
  const [first, ...more] = others;
  const rest = more.length === 0 ? "" : ` and ${formatCount(more.length)} more`;
  return `${visible(directory)} stays: ${visible(first!)}${rest} in it ${more.length === 0 ? "is" : "are"} no run's`;
}

/** What was done, in lines. */
export function formatPruned({ removed, kept, others, notes }: Pruned): readonly string[] {
  const lines = removed.map(({ run, bytes }) => `removed ${visible(run)}   ${formatSize(bytes)}`);
  for (const { run, why } of kept) lines.push(`${visible(run)} stays: ${visible(why)}`);
  lines.push(...notes);
  const bytes = removed.reduce((sum, one) => sum + one.bytes, 0);
  const runs = removed.length === 1 ? "1 run" : `${formatCount(removed.length)} runs`;
  lines.push(
    removed.length === 0 ? "nothing was removed" : `${runs} removed, ${formatSize(bytes)} freed`,
  );
  if (others > 0) {
    lines.push(
      `${formatCount(others)} ${others === 1 ? "stays" : "stay"}: unfinished, with failures or too young; name a run to remove it whatever its state`,
    );
  }
  return lines;
}
