import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

import { wordsOf } from "./aftermath.ts";
import { runCommand, startCommand } from "./command.ts";
import { type DiskHistory, followDisk } from "./disk-ops.ts";
import { createJob, type Job, type JobKind } from "./job.ts";
import type { Oracle } from "./oracle.ts";
import { readTrace, TRACE_ARGS } from "./trace-log.ts";

/** What a run did to its disk, call by call. */
export interface TracedRun {
  readonly title: string;
  readonly job: Job;
  /** Where it ran; gone by now. */
  readonly folder: string;
  readonly history: DiskHistory;
  /** Its directory, below the job's folder. */
  readonly run: string;
}

/** What is traced. */
export interface TraceOptions {
  readonly oracle: Oracle;
  readonly rows: number;
  /** Answers take up to so long: the longer, the more commits a run has. */
  readonly slowestMs: number;
  /** `resume`: the run is killed in its middle, and what goes on with it is traced. */
  readonly part: "whole" | "resume";
}

/** Runs a job under strace. @throws Error where it does not end well. */
export async function traceRun(kind: JobKind, options: TraceOptions): Promise<TracedRun> {
  const { oracle, rows, slowestMs, part } = options;
  const scratch = mkdtempSync(join(tmpdir(), "fanfetch-trace-"));
  try {
    const folder = join(scratch, "job");
    const log = join(scratch, "log");
    const job = createJob(kind, rows, oracle.url);
    await job.prepare(folder);
    await oracle.begin(slowestMs);
    if (part === "resume") await killedInTheMiddle(job, folder, oracle);
    const before = filesBelow(folder);
    const args = part === "resume" ? ["resume"] : [...job.args, "-j", "4"];
    const end = await runCommand(args, { folder, under: ["strace", "-o", log, ...TRACE_ARGS] });
    await oracle.endOfLife();
    if (end.exitCode !== 0) throw new Error(`the traced run ended with ${wordsOf(end)}`);
    const history = followDisk(readTrace(readFileSync(log, "latin1")), folder, before);
    const [name] = readdirSync(join(folder, ".fanfetch"));
    const title = part === "resume" ? `${kind}, resumed` : kind;
    return { title, job, folder, history, run: `.fanfetch/${name}` };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

async function killedInTheMiddle(job: Job, folder: string, oracle: Oracle): Promise<void> {
  const command = startCommand([...job.args, "-j", "4"], { folder });
  await oracle.answers(Math.floor(job.rows / 2));
  command.child.kill("SIGKILL");
  await command.ended;
  await oracle.endOfLife();
}

/** All files below a folder, by path; what only lives in shared memory is left out. */
function filesBelow(folder: string): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || entry.name.endsWith("-shm")) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(relative(folder, path), readFileSync(path));
  }
  return files;
}
