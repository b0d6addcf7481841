import { existsSync, readdirSync, rmdirSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

import { INPUT_FILE } from "../queue/input-copy.ts";
import { JOURNAL_FILE } from "../queue/journal-format.ts";
import { KEPT_FILE } from "../queue/kept-reader.ts";
import { STEP_FILES } from "../runs/job-run.ts";
import { LEFT_FILE } from "../runs/own-files.ts";
import { lockRun } from "../queue/run-lock.ts";
import { JOB_FILE, OWNER_FILE, RUNS_FOLDER } from "../queue/run-directories.ts";

/** Held by whoever works on the run. */
const LOCK_FILE = "lock";

/** Files that SQLite puts beside a database. */
const BESIDE = ["", "-wal", "-shm", "-journal"];

/** Every name that a run gives to a file in its directory. */
const RUN_FILES: ReadonlySet<string> = new Set([
  ...[JOURNAL_FILE, LOCK_FILE].flatMap((name) => BESIDE.map((end) => `${name}${end}`)),
  ...["answers.pack", KEPT_FILE, INPUT_FILE, ...Object.values(STEP_FILES), LEFT_FILE],
]);

/** Files of a job's own, beside the runs of its steps. */
const JOB_FILES: ReadonlySet<string> = new Set([
  ...BESIDE.map((end) => `${LOCK_FILE}${end}`),
  ...[JOB_FILE, OWNER_FILE],
]);

/** The runs of a job's steps, where there are any. */
function stepsIn(directory: string): readonly string[] {
  const folder = join(directory, "steps");
  if (!existsSync(join(directory, JOB_FILE)) || !existsSync(folder)) return [];
  return readdirSync(folder).map((name) => join(folder, name));
}

/** What the files of a run take on the disk, in bytes; outputs are no part of it. */
export function runBytes(directory: string): number {
  let bytes = 0;
  for (const step of stepsIn(directory)) bytes += runBytes(step);
  for (const name of readdirSync(directory)) {
    if (!RUN_FILES.has(name) && !JOB_FILES.has(name)) continue;
    // The files of a run that goes on come and go.
    bytes += statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

/** What was removed of a run. */
export interface RemovedRun {
  readonly bytes: number;
  /** Names in its directory that are no run's, and stay with it. */
  readonly others: readonly string[];
}

/**
 * Removes the files of a run, and its directory where nothing else is in it.
 * @throws RunLocked where a process works on it, NoLocks, and the system's errors.
 */
export function removeRun(directory: string): RemovedRun {
  const bytes = runBytes(directory);
  {
    using _lock = lockRun(directory);
    for (const step of stepsIn(directory)) removeRun(step);
    rmSync(join(directory, JOB_FILE), { force: true });
    rmSync(join(directory, OWNER_FILE), { force: true });
    if (existsSync(join(directory, "steps"))) forgetIfEmpty(join(directory, "steps"));
    // The journal goes first: what is left, should we be stopped here, is no run any more.
    for (const end of BESIDE) rmSync(join(directory, `${JOURNAL_FILE}${end}`), { force: true });
    for (const name of readdirSync(directory)) {
      if (RUN_FILES.has(name) && !name.startsWith(LOCK_FILE)) rmSync(join(directory, name));
    }
  }
  for (const end of BESIDE) rmSync(join(directory, `${LOCK_FILE}${end}`), { force: true });
  const others = readdirSync(directory);
  if (others.length === 0) {
    rmdirSync(directory);
    forgetFolder(dirname(directory));
  }
  return { bytes, others };
}

function forgetIfEmpty(folder: string): void {
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}

/** The folder of all runs goes with the last one. */
function forgetFolder(folder: string): void {
  if (folder === resolve(RUNS_FOLDER) && readdirSync(folder).length === 0) rmdirSync(folder);
}
