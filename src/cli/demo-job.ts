import { systemClock } from "../core/clock.ts";
import { count, createTally, type Tally } from "../report/tally.ts";
import type { CommandLine } from "./command-line.ts";
import { readAskedJob } from "./read-asked-job.ts";
import type { RunSignals } from "../runs/work.ts";
import { createProgress } from "./progress.ts";
import { openJob } from "../runs/open-job.ts";
import type { Terminal } from "./terminal.ts";

/** Runs a job of a story, durably as any; what was counted. */
export async function playJob(
  line: CommandLine,
  signals: RunSignals,
  terminal: Terminal,
): Promise<Tally> {
  const asked = await readAskedJob(line);
  const tally = createTally();
  using progress = createProgress({
    kind: "quiet",
    terminal,
    clock: systemClock,
    tally,
    title: "",
  });
  await using job = await openJob(asked);
  const work = await job.prepare(progress, tally);
  const startedMs = systemClock.now();
  await work.run([(event) => count(tally, event)], signals);
  tally.startedMs ??= startedMs;
  tally.endedMs ??= systemClock.now();
  return tally;
}
