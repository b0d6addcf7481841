// Lets single calls of a run fail, chosen by a seed: `node test/chaos/faulty-disk.ts --faults 60 --seed 1`.
import { parseArgs } from "node:util";

import { type Chance, createChance } from "./chance.ts";
import { failCall, type Fate } from "./disk-faults.ts";
import { JOB_KINDS } from "./job.ts";
import { startOracle } from "./oracle.ts";
import { say, sayWhySkipped } from "./say.ts";
import { type Call, type Injection, strangerToStrace } from "./strace.ts";

interface Fault {
  readonly calls: readonly Call[];
  readonly errors: readonly string[];
  /** The n-th call at most: later ones are not made by runs as short as these. */
  readonly latest: number;
  readonly fate: Fate;
}

/** Faults, each with what must become of a run that meets it. */
const FAULTS: readonly Fault[] = [
  {
    calls: ["pwrite64"],
    errors: ["ENOSPC", "EIO", "EDQUOT", "EFBIG"],
    latest: 12,
    fate: "stops or goes on",
  },
  {
    calls: ["fsync", "fdatasync"],
    errors: ["EIO", "ENOSPC"],
    latest: 6,
    fate: "stops or goes on",
  },
  { calls: ["openat"], errors: ["EMFILE", "ENFILE"], latest: 12, fate: "stops or goes on" },
  {
    calls: ["link", "rename", "mkdir", "unlink", "ftruncate"],
    errors: ["ENOSPC", "EIO", "EROFS"],
    latest: 4,
    fate: "stops or goes on",
  },
];

function chooseInjection(chance: Chance, { calls, errors, latest }: Fault): Injection {
  const when = `${chance.between(1, latest)}${chance.oneOf(["", "+"])}`;
  const effect = `error=${chance.oneOf(errors)}`;
  return { thread: chance.oneOf(["pool", "journal"]), call: chance.oneOf(calls), effect, when };
}

if (import.meta.main) {
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
      const fault = chance.oneOf(FAULTS);
      const injection = chooseInjection(chance, fault);
      const kind = chance.oneOf(JOB_KINDS);
      const end = await failCall(injection, { oracle, kind, rows: 60, fate: fault.fate });
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
