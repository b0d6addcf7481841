import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

import type { CommandOptions } from "./command.ts";

/** The threads that touch files: the loop's, the one of libuv's pool, the journal's. */
export const THREADS = ["main", "pool", "journal"] as const;
export type Thread = (typeof THREADS)[number];

/** System calls that change files or make changes durable. */
export const CHANGING = [
  ...["pwrite64", "pwritev", "write", "writev", "fsync", "fdatasync", "ftruncate"],
  ...["rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "mkdir"],
] as const;
export type Call = (typeof CHANGING)[number] | "openat";

/** What is done to calls of one thread. */
export interface Injection {
  readonly thread: Thread;
  readonly call: Call;
  /** In strace's words: `signal=KILL`, `error=ENOSPC`. */
  readonly effect: string;
  /** In strace's words: `3` is the third call alone, `3+` that and all later ones. */
  readonly when: string;
}

const PRELOAD = fileURLToPath(new URL("attach-strace.mjs", import.meta.url));

/** Why strace cannot be used here; undefined where it can. */
export function strangerToStrace(): string | undefined {
  const { status, error } = spawnSync("strace", ["-o", "/dev/null", "true"]);
  if (error !== undefined) return "strace is not installed";
  return status === 0 ? undefined : "strace is not allowed to trace";
}

/** What a command needs so that strace follows one of its threads with these arguments. */
export function traced(
  thread: Thread,
  args: readonly string[],
): Pick<CommandOptions, "nodeArgs" | "environment"> {
  return {
    nodeArgs: ["--import", PRELOAD],
    // One thread in the pool: its calls are one sequence, and the n-th of them is one point.
    environment: { UV_THREADPOOL_SIZE: "1", CHAOS_STRACE: JSON.stringify({ thread, args }) },
  };
}

/** What a command needs so that a call of it meets its fate. */
export function injected(injection: Injection): Pick<CommandOptions, "nodeArgs" | "environment"> {
  const { thread, call, effect, when } = injection;
  const fate = `inject=${call}:${effect}:when=${when}`;
  return traced(thread, ["-o", "/dev/null", "-e", `trace=${call}`, "-e", fate]);
}

/** One call of a log of `strace -y`, and the path that it was about. */
export interface LoggedCall {
  readonly call: string;
  readonly path: string;
}

/** Reads a log: the calls that changed something, each with the file that it names or has open. */
export function readCalls(log: string): readonly LoggedCall[] {
  const calls: LoggedCall[] = [];
  for (const line of log.split("\n")) {
    const match = /^(?:\d+ +)?(\w+)\((?:\d+<([^>]*)>|AT_FDCWD[^,]*, "([^"]*)"|"([^"]*)")/.exec(
      line,
    );
    if (match === null) continue;
    calls.push({ call: match[1]!, path: match[2] ?? match[3] ?? match[4] ?? "" });
  }
  return calls;
}
