// Kills runs at random moments and lets them go on: `node test/chaos/chaos.ts --kills 300 --seed 1`.
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
  readonly violations: readonly string[];
}

const MOST_IN_A_ROW = 10;

/** Goes on until so many kills have hit; two runs at once, each with a server of its own. */
export async function sowChaos(
  wanted: number,
  { seed, tell }: { readonly seed: number; readonly tell: (line: string) => void },
): Promise<ChaosEnd> {
  const ends: OrdealEnd[] = [];
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
    }
  }
  const chance = createChance(seed);
  await Promise.all([lane(chance.fork()), lane(chance.fork())]);
  const sum = (of: (end: OrdealEnd) => number): number =>
    ends.reduce((total, end) => total + of(end), 0);
  return {
    runs: ends.length,
    kills: sum((end) => end.kills),
    requests: sum((end) => end.requests),
    repeats: sum((end) => end.repeats),
    inFlight: sum((end) => end.inFlight),
    begunAnew: sum((end) => end.begunAnew),
    oldestRepeatedMs: Math.max(...ends.map((end) => end.oldestRepeatedMs)),
    violations: ends.flatMap((end) => end.violations),
  };
}

if (import.meta.main) {
  await build();
  const { values } = parseArgs({
    options: { kills: { type: "string", default: "300" }, seed: { type: "string", default: "1" } },
  });
  const end = await sowChaos(Number(values.kills), {
    seed: Number(values.seed),
    tell: say,
  });
  const oldest = end.oldestRepeatedMs.toFixed(0);
  say(
    `chaos: seed ${values.seed}: ${end.kills} kills of ${end.runs} runs, ${end.requests} requests, ` +
      `${end.repeats} of them again (${end.inFlight} were in flight), oldest answer asked for again ` +
      `${oldest} ms, ${end.begunAnew} begun anew, ${end.violations.length} violations`,
  );
  process.exitCode = end.violations.length === 0 ? 0 : 1;
}
