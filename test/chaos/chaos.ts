// Kills runs at random moments and lets them go on: `node test/chaos/chaos.ts --kills 300 --seed 1`.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

import build from "../support/build.ts";
import { type Chance, createChance } from "./chance.ts";
import { JOB_KINDS } from "./job.ts";
import { startOracle } from "./oracle.ts";
import { endure, type OrdealEnd } from "./ordeal.ts";
import { say } from "./say.ts";

/** What all ordeals of one seed came to. */
export interface ChaosEnd {
  readonly runs: number;
  readonly kills: number;
  readonly requests: number;
  readonly repeats: number;
  readonly inFlight: number;
  readonly begunAnew: number;
  readonly oldestRepeatedMs: number;
  readonly oldestOwnMs: number;
  readonly violations: readonly string[];
}

const MOST_IN_A_ROW = 10;

/** How kills are sown. */
export interface ChaosOptions {
  readonly seed: number;
  /** Runs at once, each with a server of its own. */
  readonly atOnce: number;
  /** Hears of each violation. */
  readonly tell: (line: string) => void;
  /** Hears, now and then, what all came to so far. */
  readonly soFar?: (end: ChaosEnd) => void;
}

/** Kills between two words of what they came to. */
const TOLD_EVERY = 500;

/** Goes on until so many kills have hit. */
export async function sowChaos(
  wanted: number,
  { seed, atOnce, tell, soFar }: ChaosOptions,
): Promise<ChaosEnd> {
  const ends: OrdealEnd[] = [];
  let told = 0;
  let given = 0;
  let begun = 0;
  async function lane(chance: Chance): Promise<void> {
    await using oracle = await startOracle();
    while (given < wanted) {
      const number = begun;
      begun += 1;
      const kind = JOB_KINDS[number % JOB_KINDS.length]!;
      const goOn = chance.fraction() < 0.7 ? "resume" : "same command";
      const kills = Math.min(chance.between(1, MOST_IN_A_ROW), wanted - given);
      given += kills;
      const rows = chance.between(400, 1_500);
      const end = await endure({ oracle, chance: chance.fork(), kind, rows, kills, goOn });
      // A run may end before its last kill.
      given -= kills - end.kills;
      ends.push(end);
      const what = `${kind}, ${rows} rows, ${end.kills} kills, going on by ${goOn}`;
      for (const violation of end.violations) tell(`VIOLATION (${what}): ${violation}`);
      const now = sumOf(ends);
      if (now.kills < told + TOLD_EVERY) continue;
      told = now.kills;
      soFar?.(now);
    }
  }
  const chance = createChance(seed);
  await Promise.all(Array.from({ length: atOnce }, () => lane(chance.fork())));
  return sumOf(ends);
}

function sumOf(ends: readonly OrdealEnd[]): ChaosEnd {
  const sum = (of: (end: OrdealEnd) => number): number =>
    ends.reduce((total, end) => total + of(end), 0);
  const most = (of: (end: OrdealEnd) => number): number =>
    ends.reduce((highest, end) => Math.max(highest, of(end)), 0);
  return {
    runs: ends.length,
    kills: sum((end) => end.kills),
    requests: sum((end) => end.requests),
    repeats: sum((end) => end.repeats),
    inFlight: sum((end) => end.inFlight),
    begunAnew: sum((end) => end.begunAnew),
    oldestRepeatedMs: most((end) => end.oldestRepeatedMs),
    oldestOwnMs: most((end) => end.oldestOwnMs),
    violations: ends.flatMap((end) => end.violations),
  };
}

function wordsOf(end: ChaosEnd): string {
  return (
    `${end.kills} kills of ${end.runs} runs, ${end.requests} requests, ` +
    `${end.repeats} of them again (${end.inFlight} were in flight), oldest answer asked for again ` +
    `${end.oldestRepeatedMs.toFixed(0)} ms (${end.oldestOwnMs.toFixed(0)} ms of its own time), ` +
    `${end.begunAnew} begun anew, ${end.violations.length} violations`
  );
}

if (import.meta.main) {
  await build();
  const { values } = parseArgs({
    options: {
      kills: { type: "string", default: "300" },
      seed: { type: "string", default: "1" },
      "at-once": { type: "string", default: String(availableParallelism() + 1) },
    },
  });
  const sayEnd = (end: ChaosEnd): void => say(`chaos: seed ${values.seed}: ${wordsOf(end)}`);
  const end = await sowChaos(Number(values.kills), {
    seed: Number(values.seed),
    atOnce: Number(values["at-once"]),
    tell: say,
    soFar: sayEnd,
  });
  sayEnd(end);
  process.exitCode = end.violations.length === 0 ? 0 : 1;
}
