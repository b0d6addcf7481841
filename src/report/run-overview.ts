import { basename } from "node:path";

import { formatCount } from "../formats/quantity.ts";
import { readSessions } from "../queue/describe-run.ts";
import type { EarlierSession } from "../queue/journal-messages.ts";
import type { JournalStore } from "../queue/journal-store.ts";
import { isLocked } from "../queue/run-lock.ts";

/** How far a run is. `died`: its last process ended without a word. */
export type RunState = "running" | "finished" | "stopped" | "died";

/** What a journal tells of its run without its log being read. Times in milliseconds since the epoch. */
export interface RunOverview {
  readonly directory: string;
  readonly name: string;
  readonly title: string;
  readonly state: RunState;
  readonly answered: number;
  readonly failed: number;
  readonly skipped: number;
  /** Inputs; null while nobody has read them to their end. */
  readonly total: number | null;
  readonly sessions: readonly EarlierSession[];
  /** Null where no process came as far as that. */
  readonly beganMs: number | null;
}

/** Reads the overview of a run. @throws SQLite's errors for a file that cannot be read. */
export function readOverview(store: JournalStore): RunOverview {
  const { database, directory } = store;
  const counts = { answered: 0, failed: 0, skipped: 0 };
  for (const found of database
    .prepare("SELECT kind, SUM(count) AS count FROM tally GROUP BY kind")
    .all()) {
    counts[found["kind"] as keyof typeof counts] = found["count"] as number;
  }
  const total = store.fact<number>("total") ?? null;
  const sessions = readSessions(store);
  const parts = { directory, name: basename(directory), ...counts, total, sessions };
  return {
    ...parts,
    title: store.fact<{ title?: string }>("job")?.title ?? "",
    state: stateOf(parts),
    beganMs: sessions[0]?.beganMs ?? null,
  };
}

/** The inputs of a run that have an outcome. */
export function doneOf({ answered, failed, skipped }: DoneParts): number {
  return answered + failed + skipped;
}

type DoneParts = Pick<RunOverview, "answered" | "failed" | "skipped">;

/** Whether every input of a run has its outcome, as far as its journal knows. */
export function isWhole(run: RunOverview): boolean {
  return run.state === "finished" && (run.total === null || doneOf(run) >= run.total);
}

function stateOf(run: Pick<RunOverview, "directory" | "sessions" | "total"> & DoneParts): RunState {
  const last = run.sessions.at(-1);
  // A lock is asked for only where it may be held: for a moment it keeps others from taking it.
  if (last === undefined || last.endedMs === null)
    return mayRun(run.directory) ? "running" : "died";
  // A later process that found nothing to do changes nothing.
  if (run.total === null) return last.reason === "finished" ? "finished" : "stopped";
  return doneOf(run) >= run.total ? "finished" : "stopped";
}

function mayRun(directory: string): boolean {
  try {
    return isLocked(directory);
  } catch {
    // Where no lock can be asked for, none can be taken either.
    return false;
  }
}

/** The state in words: `running by process 4711`, `stopped at 18,242 of 27,000`. */
export function stateWords(run: RunOverview): string {
  const of = run.total === null ? "" : ` of ${formatCount(run.total)}`;
  const at = `at ${formatCount(doneOf(run))}${of}`;
  if (run.state === "finished") return "finished";
  if (run.state === "stopped") return `stopped ${at}`;
  if (run.state === "died") return `died ${at} (its last process ended without a word)`;
  const pid = run.sessions.at(-1)?.pid;
  return pid === undefined ? "just starting" : `running by process ${pid}`;
}
