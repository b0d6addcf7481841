import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { bringToItsEnd, wordsOf } from "./aftermath.ts";
import { type CommandEnd, type CommandOptions, runCommand } from "./command.ts";
import { createJob, type JobKind } from "./job.ts";
import { mountMemory } from "./mount.ts";
import type { Oracle } from "./oracle.ts";
import { type Injection, injected } from "./strace.ts";
import { nowMs } from "./visits.ts";

/** What may become of a run whose disk refuses something. */
export type Fate = "stops" | "stops or goes on";

/** What a fault came to. */
export interface FaultEnd {
  /** The exit code while the fault was there. */
  readonly exitCode: number | null;
  readonly stderr: string;
  /** What it had asked for until then. */
  readonly requests: number;
  readonly violations: readonly string[];
}

const SLOWEST_ANSWER_MS = 20;
const DISK = 4;
const USAGE = 2;

/**
 * Lets a call of a run fail, and then the run go on without the fault: it stops with exit 4 and one
 * sentence, and nothing is lost.
 */
export async function failCall(
  injection: Injection,
  { oracle, kind, rows, fate }: FaultOptions,
): Promise<FaultEnd> {
  const scratch = await mkdtemp(join(tmpdir(), "fanfetch-fault-"));
  try {
    const under = injected(injection);
    // Whoever waits for a descriptor cannot commit: for seconds, before it gives up.
    const windowMs = injection.call === "openat" ? 30_000 : undefined;
    return await endureFault(join(scratch, "job"), { oracle, kind, rows, fate, under, windowMs });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** What the run is. */
export interface FaultOptions {
  readonly oracle: Oracle;
  readonly kind: JobKind;
  readonly rows: number;
  readonly fate: Fate;
}

/** Lets the disk be full until it has more room. @throws Error where nothing can be mounted. */
export async function fillDisk(
  scratch: string,
  { size, ...options }: FaultOptions & { readonly size: string },
): Promise<FaultEnd> {
  using disk = mountMemory(join(scratch, "full"), size);
  const cured = (): void => disk.remount("size=64m");
  return await endureFault(join(disk.path, "job"), { ...options, cured });
}

/** Lets the disk be read-only from the start. @throws Error where nothing can be mounted. */
export async function freezeDisk(scratch: string, options: FaultOptions): Promise<FaultEnd> {
  using disk = mountMemory(join(scratch, "frozen"), "64m");
  const broken = (): void => disk.remount("ro");
  const cured = (): void => disk.remount("rw");
  return await endureFault(join(disk.path, "job"), { ...options, broken, cured });
}

interface EndureOptions extends FaultOptions {
  readonly under?: Pick<CommandOptions, "nodeArgs" | "environment">;
  /** Breaks the disk when the input is there, … */
  readonly broken?: () => void;
  /** … and mends it when the run has ended. */
  readonly cured?: () => void;
  readonly windowMs?: number | undefined;
}

async function endureFault(
  folder: string,
  { oracle, kind, rows, fate, under = {}, broken, cured, windowMs }: EndureOptions,
): Promise<FaultEnd> {
  const job = createJob(kind, rows, oracle.url);
  await job.prepare(folder);
  await oracle.begin(SLOWEST_ANSWER_MS);
  broken?.();
  const end = await runCommand(job.args, { folder, ...under });
  const killedMs = nowMs();
  cured?.();
  const visits = await oracle.endOfLife();
  const violations = [...faultsOf(end, { fate, requests: visits.length })];
  const life = { visits, killedMs: end.exitCode === 0 ? undefined : killedMs };
  const cut = { job, folder, lives: [life] };
  const account = await bringToItsEnd(cut, {
    oracle,
    goOn: "same command",
    ...(windowMs === undefined ? {} : { windowMs }),
  });
  violations.push(...account.violations);
  return { exitCode: end.exitCode, stderr: end.stderr, requests: visits.length, violations };
}

/** What is wrong with how a run ended whose disk refused something. */
function* faultsOf(
  end: CommandEnd,
  { fate, requests }: { readonly fate: Fate; readonly requests: number },
): Generator<string> {
  const { exitCode, stderr } = end;
  if (exitCode === 0) {
    if (fate === "stops") yield "it ended as if nothing had failed";
    return;
  }
  // Before the first request it is a matter of usage: nothing was sent.
  const isRefused = exitCode === USAGE && requests === 0;
  if (exitCode !== DISK && !isRefused) yield `it ended with ${wordsOf(end)}`;
  const sentences = stderr.split("\n").filter((line) => line.startsWith("fanfetch: "));
  if (sentences.length !== 1) yield `it said ${sentences.length} sentences: ${stderr}`;
  if (/^\s+at |\bundefined\b|\[object/m.test(stderr)) yield `it said ${stderr}`;
}
