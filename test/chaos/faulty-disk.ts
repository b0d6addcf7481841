// Lets single calls of a run fail, chosen by a seed: `node test/chaos/faulty-disk.ts --faults 60 --seed 1`.
import { parseArgs } from "node:util";

import build from "../support/build.ts";
import { type Chance, createChance } from "./chance.ts";
import { failCall } from "./disk-faults.ts";
import { JOB_KINDS } from "./job.ts";
import { startOracle } from "./oracle.ts";
import { say, sayWhySkipped } from "./say.ts";
import { type Call, type Injection, strangerToStrace, type Thread } from "./strace.ts";

interface Fault {
  readonly thread: Thread;
  readonly calls: readonly Call[];
  readonly errors: readonly string[];
  /** The n-th call at most: later ones are not made by runs as short as these. */
  readonly latest: number;
}

/** What a disk may refuse, and to whom. A call that is never made leaves the run undisturbed. */
const FAULTS: readonly Fault[] = [
  {
    thread: "pool",
    calls: ["pwrite64"],
    errors: ["ENOSPC", "EIO", "EDQUOT", "EFBIG"],
    latest: 60,
  },
  { thread: "pool", calls: ["fsync", "fdatasync"], errors: ["EIO", "ENOSPC"], latest: 60 },
  { thread: "pool", calls: ["openat"], errors: ["EMFILE", "ENFILE"], latest: 60 },
  { thread: "pool", calls: ["link", "mkdir"], errors: ["ENOSPC", "EIO", "EROFS"], latest: 40 },
  {
    thread: "journal",
    calls: ["pwrite64"],
    errors: ["ENOSPC", "EIO", "EDQUOT"],
    latest: 120,
  },
  { thread: "journal", calls: ["fsync", "fdatasync"], errors: ["EIO"], latest: 30 },
  { thread: "journal", calls: ["ftruncate", "mkdir"], errors: ["EIO", "EROFS"], latest: 4 },
];

function chooseInjection(chance: Chance, { thread, calls, errors, latest }: Fault): Injection {
  // Early ones more often: every run makes them.
  const number = Math.ceil(latest ** chance.fraction());
  const effect = `error=${chance.oneOf(errors)}`;
  return { thread, call: chance.oneOf(calls), effect, when: `${number}${chance.oneOf(["", "+"])}` };
}

if (import.meta.main) {
  await build();
  const { values } = parseArgs({
    options: { faults: { type: "string", default: "60" }, seed: { type: "string", default: "1" } },
  });
  const reason = strangerToStrace();
  if (reason !== undefined) {
    sayWhySkipped("faulty disk", { reason, inCi: "fails" });
  } else {
    await using oracle = await startOracle();
    const chance = createChance(Number(values.seed));
    const codes = new Map<string, number>();
    let violations = 0;
    for (let number = 0; number < Number(values.faults); number += 1) {
      const injection = chooseInjection(chance, chance.oneOf(FAULTS));
      const kind = chance.oneOf(JOB_KINDS);
      const end = await failCall(injection, { oracle, kind, rows: 60, fate: "stops or goes on" });
      const { thread, call, effect, when } = injection;
      for (const violation of end.violations) {
        say(`VIOLATION: ${kind}, ${thread}, ${call} ${effect} ${when}: ${violation}`);
      }
      const code = `exit ${end.exitCode}`;
      codes.set(code, (codes.get(code) ?? 0) + 1);
      violations += end.violations.length;
    }
    const ends = [...codes].map(([code, count]) => `${count} × ${code}`).toSorted();
    say(
      `faulty disk: seed ${values.seed}: ${values.faults} faults, ${ends.join(", ")}, ${violations} violations`,
    );
    process.exitCode = violations === 0 ? 0 : 1;
  }
}
