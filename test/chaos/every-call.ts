// Kills a run at every single call that changes a file: `node test/chaos/every-call.ts --rows 40`.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import build from "../support/build.ts";
import { bringToItsEnd, wordsOf } from "./aftermath.ts";
import { runCommand } from "./command.ts";
import { committedQuestions } from "./committed.ts";
import { createJob, type JobKind } from "./job.ts";
import { type Oracle, startOracle } from "./oracle.ts";
import { say, sayWhySkipped } from "./say.ts";
import { type Call, CHANGING, injected, readCalls, strangerToStrace } from "./strace.ts";
import { type Thread, THREADS, traced } from "./strace.ts";
import { nowMs } from "./visits.ts";

/** Calls of one name in one thread: the n-th of them is one point to be killed at. */
interface Points {
  readonly thread: Thread;
  readonly call: Call;
  /** Calls that a run without a kill made, those on files of the job among them. */
  readonly counted: number;
}

interface EveryCallEnd {
  readonly points: number;
  readonly violations: readonly string[];
}

const SLOWEST_ANSWER_MS = 20;

/** Counts the calls of a run that nobody disturbs, and leaves out the names that never touch its folder. */
async function countPoints(kind: JobKind, rows: number, oracle: Oracle): Promise<Points[]> {
  const found: Points[] = [];
  for (const thread of THREADS) {
    await using job = await makeJob(kind, rows, oracle);
    const log = join(job.scratch, "log");
    const args = ["-y", "-o", log, "-e", `trace=${CHANGING.join()}`];
    const end = await runCommand(job.args, { folder: job.folder, ...traced(thread, args) });
    await oracle.endOfLife();
    if (end.exitCode !== 0) throw new Error(`the run without a kill ended with ${wordsOf(end)}`);
    const calls = readCalls(await readFile(log, "utf8").catch(() => ""));
    for (const call of CHANGING) {
      const same = calls.filter((one) => one.call === call);
      if (
        same.some(({ path }) => path.startsWith(job.folder) || path.startsWith("/proc/self/fd"))
      ) {
        found.push({ thread, call, counted: same.length });
      }
    }
  }
  return found;
}

/** Kills at the first call, the second, and so on, until a run ends because there is no such call. */
async function killAtEach(
  points: Points,
  {
    kind,
    rows,
    oracle,
  }: { readonly kind: JobKind; readonly rows: number; readonly oracle: Oracle },
): Promise<EveryCallEnd> {
  const { thread, call, counted } = points;
  const violations: string[] = [];
  let number = 1;
  for (; ; number += 1) {
    await using job = await makeJob(kind, rows, oracle);
    const { folder } = job;
    const fate = injected({ thread, call, effect: "signal=KILL", when: String(number) });
    const end = await runCommand(job.args, { folder, ...fate });
    const killedMs = end.signal === "SIGKILL" ? nowMs() : undefined;
    const committed = await committedQuestions(folder, job.questions);
    const lives = [{ visits: await oracle.endOfLife(), killedMs, committed }];
    const account = await bringToItsEnd({ job, folder, lives }, { oracle, goOn: "resume" });
    for (const violation of account.violations) {
      violations.push(`${kind}, ${thread}, ${call} ${number}: ${violation}`);
    }
    if (killedMs !== undefined) continue;
    if (end.exitCode !== 0) violations.push(`${call} ${number}: it ended with ${wordsOf(end)}`);
    break;
  }
  // How many commits a run needs is a matter of time, and so is over which of the pool's four threads its
  // calls are spread, each of which is counted by itself. A loop that ended too early would be far off.
  if (number - 1 < counted / 5) {
    violations.push(`${thread}, ${call}: ${number - 1} points were met, ${counted} were counted`);
  }
  return { points: number - 1, violations };
}

type PlacedJob = ReturnType<typeof createJob> &
  AsyncDisposable & { readonly folder: string; readonly scratch: string };

async function makeJob(kind: JobKind, rows: number, oracle: Oracle): Promise<PlacedJob> {
  const scratch = await mkdtemp(join(tmpdir(), "fanfetch-calls-"));
  const folder = join(scratch, "job");
  const job = createJob(kind, rows, oracle.url);
  await job.prepare(folder);
  await oracle.begin(SLOWEST_ANSWER_MS);
  return {
    ...job,
    args: [...job.args, "-j", "4"],
    folder,
    scratch,
    [Symbol.asyncDispose]: () => rm(scratch, { recursive: true, force: true }),
  };
}

if (import.meta.main) {
  await build();
  const { values } = parseArgs({ options: { rows: { type: "string", default: "40" } } });
  const reason = strangerToStrace();
  if (reason !== undefined) {
    sayWhySkipped("every call", { reason, inCi: "fails" });
  } else {
    await using oracle = await startOracle();
    let [points, violations] = [0, 0];
    for (const kind of ["csv as it arrives", "csv in order", "files"] as const) {
      const rows = kind === "files" ? Math.ceil(Number(values.rows) / 3) : Number(values.rows);
      for (const one of await countPoints(kind, rows, oracle)) {
        const end = await killAtEach(one, { kind, rows, oracle });
        say(`${kind}: ${one.thread} ${one.call}: ${end.points} points (${one.counted} counted)`);
        for (const violation of end.violations) say(`VIOLATION: ${violation}`);
        points += end.points;
        violations += end.violations.length;
      }
    }
    say(`every call: killed at ${points} points, ${violations} violations`);
    process.exitCode = violations === 0 ? 0 : 1;
  }
}
