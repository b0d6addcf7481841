import { existsSync } from "node:fs";
import { join } from "node:path";

import { systemWords } from "../core/disk-error.ts";
import { UsageError } from "../core/usage-error.ts";
import { readSessions } from "./describe-run.ts";
import { createJournal, removeDatabase } from "./create-journal.ts";
import { continuesInput } from "./input-copy.ts";
import { inputDigest } from "./input-digest.ts";
import { JOURNAL_FILE } from "./journal-format.ts";
import type { InputToKnow, KnownAhead, OpenedRun, Wanted } from "./journal-messages.ts";
import { JournalStore } from "./journal-store.ts";
import { lockedRun } from "./locked-run.ts";
import { findRun, newRunDirectory, type RunIdentity } from "./run-directories.ts";
import { readTally } from "./run-tally.ts";

type NewOrSame = Extract<Wanted, { kind: "same or new" }>;

/** Where a run is, and whether it was there before. */
export interface ChosenRun {
  readonly directory: string;
  readonly origin: OpenedRun["origin"];
}

/**
 * Finds the run of the same work, or makes a new one, its journal durable.
 * @throws UsageError where there can be no new one, RunLocked, and the system's and SQLite's errors.
 */
export function chooseRun(wanted: NewOrSame, known: KnownAhead, pid: number): ChosenRun {
  const { base, work, earlier, job } = wanted;
  const input = known.digest ?? digestOf(wanted.input);
  const identity: RunIdentity = { work, input };
  const isSame = (other: RunIdentity, directory: string): boolean =>
    other.work === work && other.input === input && isSameInput(wanted.input, directory);
  const found = earlier === "ignore" ? undefined : findEarlier(wanted, isSame);
  const since = wanted.finished === "begin beside" && isFinished(found) ? found : undefined;
  if (found !== undefined && since === undefined) return { directory: found, origin: "earlier" };
  if (earlier === "ignore") refuseRunning(wanted);
  // What stands there, the earlier run wrote.
  if (wanted.refusal !== undefined && since === undefined) throw new UsageError(wanted.refusal);
  const directory = wanted.directory ?? newRunDirectory(base, wanted.name, new Date());
  if (existsSync(join(directory, JOURNAL_FILE))) removeRun(directory);
  const order = JSON.stringify(wanted.order);
  const wasRead = wanted.input.kind === "was read" ? { input: '"read"' } : {};
  const seed = JSON.stringify(known.seed);
  const beside = since === undefined ? {} : { since: JSON.stringify(since) };
  const facts = { identity: JSON.stringify(identity), job, order, seed, ...wasRead, ...beside };
  createJournal(directory, facts, { pid, beganMs: Date.now() });
  return { directory, origin: "new" };
}

/** Whether every row of a run has its outcome, as it knew when it ended. */
function isFinished(directory: string | undefined): boolean {
  if (directory === undefined) return false;
  using store = JournalStore.open(directory, "read");
  const total = store.fact<number>("total");
  let done = 0;
  for (const { count } of readTally(store.database)) done += count;
  return total !== undefined && done >= total && readSessions(store).at(-1)?.endedMs !== null;
}

/** The digest of an input that is a file; null for others. @throws UsageError where it cannot be read. */
export function digestOf(input: InputToKnow): string | null {
  if (input.kind !== "file") return null;
  try {
    return inputDigest(input.path);
  } catch (error) {
    const words = systemWords(error as NodeJS.ErrnoException);
    throw new UsageError(`${input.path} cannot be read: ${words}`, { cause: error });
  }
}

/** Whether what was read is what the run has, or goes on from it. */
function isSameInput(input: InputToKnow, directory: string): boolean {
  if (input.kind === "read once") return false;
  if (input.kind === "grows") return true;
  return input.kind !== "was read" || continuesInput(directory, input.path);
}

/**
 * The run of the same work in the directory that was named, or the latest below the base.
 * @throws UsageError where the directory holds another run.
 */
export function findEarlier(
  { directory, base }: Pick<NewOrSame, "directory" | "base">,
  isSame: (identity: RunIdentity, directory: string) => boolean,
): string | undefined {
  if (directory === undefined) return findRun(base, isSame);
  if (!existsSync(join(directory, JOURNAL_FILE))) return undefined;
  using journal = JournalStore.open(directory, "read");
  const identity = journal.fact<RunIdentity>("identity");
  if (identity !== undefined && isSame(identity, directory)) return directory;
  const title = journal.fact<{ title?: string }>("job")?.title ?? "other work";
  throw new UsageError(`${directory} holds another run (${title}); --force replaces it`);
}

/** Whoever begins anew must not write where another process is writing. @throws RunLocked */
function refuseRunning({ base, work }: { readonly base: string; readonly work: string }): void {
  const running = findRun(base, (identity) => identity.work === work);
  if (running !== undefined) lockedRun(running)[Symbol.dispose]();
}

/** Makes room for a new run, unless somebody works on the one that is there. */
function removeRun(directory: string): void {
  using _lock = lockedRun(directory);
  removeDatabase(join(directory, JOURNAL_FILE));
}
