import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

import { UsageError } from "../core/usage-error.ts";
import { JOURNAL_FILE, RunLocked } from "./journal-format.ts";
import { makeFoldersSync } from "./make-folders-sync.ts";
import { JOB_FILE, newRunDirectory, OWNER_FILE, runDirectories } from "./run-directories.ts";
import { lockRun } from "./run-lock.ts";
import { replaceFileSync } from "./replace-file.ts";

/** What the directory of a job's run says of it. */
export interface JobIdentity {
  readonly version: 1;
  readonly identity: string;
  /** What begins it again. */
  readonly command: unknown;
  /** Directories of its steps' runs below it, in the order in which they are asked. */
  readonly steps: readonly string[];
  readonly beganMs: number;
  /** The earlier run of the same job whose answers are taken where they still stand. */
  readonly since?: string | undefined;
}

/** Which run of a job is wanted. */
export interface WantedJob extends Pick<JobIdentity, "identity" | "command" | "steps" | "since"> {
  /** Where runs live. */
  readonly base: string;
  /** Absolute; undefined for one below the base. */
  readonly directory: string | undefined;
  readonly name: string;
  readonly earlier: "go on" | "ignore";
}

/** The run of a job, held for this process until it is disposed of. */
export interface OpenJobDirectory extends Disposable {
  readonly directory: string;
  readonly origin: "new" | "earlier";
}

/** Reads what a directory says of a job's run; undefined where it is none. @throws UsageError for a newer format */
export function readJobIdentity(directory: string): JobIdentity | undefined {
  let text: string;
  try {
    text = readFileSync(join(directory, JOB_FILE), "utf8");
  } catch {
    return undefined;
  }
  try {
    const read = JSON.parse(text) as JobIdentity;
    if (read.version === 1 && Array.isArray(read.steps)) return read;
  } catch {
    // Told below.
  }
  throw new UsageError(`${join(directory, JOB_FILE)} is damaged, or of a newer version`);
}

/**
 * Finds the run of the same job, or makes a new one, and locks it.
 * @throws UsageError where the directory that was named holds other work, RunLocked, and the system's errors
 */
export function openJobDirectory(wanted: WantedJob): OpenJobDirectory {
  const found = wanted.earlier === "ignore" ? undefined : findJob(wanted);
  if (found !== undefined) {
    return { directory: found, origin: "earlier", ...lockJob(found) };
  }
  const directory = wanted.directory ?? newRunDirectory(wanted.base, wanted.name, new Date());
  makeFoldersSync(directory, []);
  const lock = lockJob(directory);
  try {
    if (wanted.earlier === "ignore") removeSteps(directory);
    const { identity, command, steps, since } = wanted;
    const beganMs = Date.now();
    const told: JobIdentity = { version: 1, identity, command, steps, since, beganMs };
    replaceFileSync(join(directory, JOB_FILE), `${JSON.stringify(told, undefined, 2)}\n`);
    return { directory, origin: "new", ...lock };
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}

/** The runs of the same job below a folder, the one last worked on first. */
export function jobRunsOf(identity: string, base: string): readonly string[] {
  return runDirectories(base).filter((directory) => {
    try {
      return readJobIdentity(directory)?.identity === identity;
    } catch {
      return false;
    }
  });
}

function findJob({ base, directory, identity }: WantedJob): string | undefined {
  if (directory === undefined) {
    return jobRunsOf(identity, base)[0];
  }
  const there = readJobIdentity(directory);
  if (there?.identity === identity) return directory;
  if (there === undefined && !existsSync(join(directory, JOURNAL_FILE))) return undefined;
  throw new UsageError(`${directory} holds another run; --force replaces it`);
}

/** Locks the run of a job for this process. @throws RunLocked that names the process which has it */
export function lockJob(directory: string): Disposable {
  try {
    const lock = lockRun(directory);
    replaceFileSync(join(directory, OWNER_FILE), `${process.pid}\n`);
    return lock;
  } catch (error) {
    if (!(error instanceof RunLocked)) throw error;
    throw new RunLocked(`${directory} is being run by process ${ownerOf(directory)}`);
  }
}

function ownerOf(directory: string): string {
  try {
    return readFileSync(join(directory, OWNER_FILE), "utf8").trim();
  } catch {
    return "that is just starting";
  }
}

function removeSteps(directory: string): void {
  for (const name of readdirSync(directory)) {
    if (name === "steps" || name === JOB_FILE) rmSync(join(directory, name), { recursive: true });
  }
}
