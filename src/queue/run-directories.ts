import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

import { JOURNAL_FILE } from "./journal-format.ts";
import { JournalStore } from "./journal-store.ts";

/** Where runs live unless one names another directory. */
export const RUNS_FOLDER = ".fanfetch";

/** What tells that a directory is the run of a job, whose steps are runs of their own below it. */
export const JOB_FILE = "job.json";

/** Who holds the lock of a job's run: read to be told, and written whenever it is begun or gone on with. */
export const OWNER_FILE = "owner";

/** What makes two commands the same work: what is asked and written, and the digest of the input. */
export interface RunIdentity {
  readonly work: string;
  /** Null while an input that can be read only once has not ended. */
  readonly input: string | null;
}

/** The directories of runs below `base`, the one last worked on first. */
export function runDirectories(base: string): readonly string[] {
  if (!existsSync(base)) return [];
  return readdirSync(base)
    .map((name) => join(base, name))
    .filter((directory) =>
      [JOURNAL_FILE, JOB_FILE].some((name) => existsSync(join(directory, name))),
    )
    .map((directory) => ({ directory, atMs: lastWriteMs(directory) }))
    .toSorted((one, other) => other.atMs - one.atMs || (one.directory < other.directory ? 1 : -1))
    .map(({ directory }) => directory);
}

/** When a journal was last written to: while a process works on it, that is its log. */
function lastWriteMs(directory: string): number {
  const files = [JOURNAL_FILE, `${JOURNAL_FILE}-wal`, JOB_FILE, OWNER_FILE].map((name) =>
    join(directory, name),
  );
  const times = files.map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  return Math.max(...times);
}

/** The latest run below `base` of the same work; runs that cannot be read are passed over. */
export function findRun(
  base: string,
  isSame: (identity: RunIdentity, directory: string) => boolean,
): string | undefined {
  return runDirectories(base).find((directory) => {
    try {
      using store = JournalStore.open(directory, "read");
      const identity = store.fact<RunIdentity>("identity");
      return identity !== undefined && isSame(identity, directory);
    } catch {
      return false;
    }
  });
}

/** `1121-0314-names`, with a number where that is taken. Local time, as people read it. */
export function newRunDirectory(base: string, name: string, now: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const stem = `${day}-${two(now.getHours())}${two(now.getMinutes())}-${plainName(name)}`;
  for (let number = 1; ; number += 1) {
    const directory = join(base, number === 1 ? stem : `${stem}-${number}`);
    if (!existsSync(directory)) return directory;
  }
}

function plainName(name: string): string {
  const plain = name.replaceAll(/[^\w.-]+/g, "-").replaceAll(/^[-.]+|[-.]+$/g, "");
  return plain === "" ? "run" : plain.slice(0, 40);
}
