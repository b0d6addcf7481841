// Makes what power cuts may leave of real runs, and lets the program recover from each:
// `node test/chaos/simulated-disk.ts --states 100000 --seed 7`.
import { availableParallelism } from "node:os";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

import build from "../support/build.ts";
import { createChance } from "./chance.ts";
import { type StatesEnd, tryStates } from "./crash-states.ts";
import { type Oracle, startOracle } from "./oracle.ts";
import { RecoveryRoom } from "./recovery.ts";
import { resumeFound } from "./resume-found.ts";
import { say, sayWhySkipped } from "./say.ts";
import { strangerToStrace } from "./strace.ts";
import { type TraceOptions, traceRun } from "./traced-run.ts";
import type { JobKind } from "./job.ts";

const PLANS: readonly (readonly [JobKind, Pick<TraceOptions, "rows" | "slowestMs" | "part">])[] = [
  ["csv as it arrives", { rows: 40, slowestMs: 40, part: "whole" }],
  ["csv in order", { rows: 40, slowestMs: 60, part: "whole" }],
  ["files", { rows: 20, slowestMs: 40, part: "whole" }],
  ["urls to jsonl", { rows: 40, slowestMs: 40, part: "resume" }],
  ["csv in order", { rows: 60, slowestMs: 60, part: "resume" }],
  ["files and csv in order", { rows: 20, slowestMs: 60, part: "resume" }],
];

/** What one thread is given: it traces and tries every `stride`-th plan. */
interface Share {
  readonly first: number;
  readonly stride: number;
  readonly seed: number;
  readonly states: number;
}

type Told = StatesEnd & {
  readonly title: string;
  readonly elapsedMs: number;
  /** What went wrong where the command line went on from such a disk. */
  readonly resumed: readonly string[];
};

/** Disks of each run from which the command line goes on to its end. */
const RESUMES = 10;

async function tryShare({ first, stride, seed, states }: Share): Promise<void> {
  await using oracle: Oracle = await startOracle();
  const place = mkdtempSync("/dev/shm/fanfetch-states-");
  const each = Math.ceil(states / PLANS.length);
  try {
    for (let index = first; index < PLANS.length; index += stride) {
      const [kind, plan] = PLANS[index]!;
      const traced = await traceRun(kind, { ...plan, oracle });
      const startMs = performance.now();
      const room = new RecoveryRoom(join(place, String(index)), plan.rows);
      const chance = createChance(seed + index);
      const own = chance.below(2 ** 31);
      const end = tryStates(traced, { room, seed: own, states: each });
      const elapsedMs = performance.now() - startMs;
      const resumed: string[] = [];
      for (let times = 0; times < RESUMES; times += 1) {
        resumed.push(...(await resumeFound(traced, { oracle, chance })));
      }
      const told: Told = { ...end, title: traced.title, elapsedMs, resumed };
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
      parentPort!.postMessage(told);
    }
  } finally {
    rmSync(place, { recursive: true });
  }
}

async function tryAll(states: number, seed: number): Promise<boolean> {
  const stride = Math.min(2, availableParallelism());
  let [tried, violations] = [0, 0];
  const startMs = performance.now();
  const threads = Array.from({ length: stride }, async (_, first) => {
    const share: Share = { first, stride, seed, states };
    const worker = new Worker(new URL(import.meta.url), { workerData: share });
    worker.on("message", (told: Told) => {
      tried += told.states;
      violations += told.violations.length + told.resumed.length;
      say(
        `${told.title}: ${told.states} states at ${told.points} points (${told.withoutRun} before there ` +
          `was a run), ${Math.round((told.states * 1000) / told.elapsedMs)} a second`,
      );
      for (const words of told.resumed) say(`VIOLATION: ${told.title}: ${words}`);
      for (const { words, ...where } of told.violations) {
        say(`VIOLATION: ${told.title}: ${words} ${JSON.stringify(where)}`);
      }
    });
    await new Promise((resolve, reject) => worker.once("error", reject).once("exit", resolve));
  });
  await Promise.all(threads);
  const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
  say(
    `simulated disk: seed ${seed}: ${tried} states and ${PLANS.length * RESUMES} resumed in ${seconds} s, ${violations} violations`,
  );
  return violations === 0 && tried >= states;
}

if (!isMainThread) await tryShare(workerData as Share);
else if (import.meta.main) {
  await build();
  const { values } = parseArgs({
    options: {
      states: { type: "string", default: "100000" },
      seed: { type: "string", default: "7" },
    },
  });
  const reason = strangerToStrace();
  if (reason !== undefined) {
    sayWhySkipped("simulated disk", { reason, inCi: "fails" });
  } else {
    process.exitCode = (await tryAll(Number(values.states), Number(values.seed))) ? 0 : 1;
  }
}
