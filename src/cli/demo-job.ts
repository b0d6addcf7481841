import { systemClock } from "../core/clock.ts";
import { count, createTally, type Tally } from "../report/tally.ts";
import type { CommandLine } from "./command-line.ts";
import { openJobAuth } from "./job-auth.ts";
import { jobRunIn, readAskedJob } from "./job-run.ts";
import type { RunSignals } from "./pipeline.ts";
import { createProgress } from "./progress.ts";
import { prepareSteps } from "./run-steps.ts";
import { openRunOf } from "./send-job.ts";
import { stepSettings } from "./settings-step.ts";
import type { Terminal } from "./terminal.ts";

/** Runs a job of a story, durably as any; what was counted. */
export async function playJob(
  line: CommandLine,
  signals: RunSignals,
  terminal: Terminal,
): Promise<Tally> {
  const asked = await readAskedJob(line);
  using opened = openRunOf(asked);
  const run = jobRunIn(opened.directory, asked);
  const tally = createTally();
  using progress = createProgress({
    kind: "quiet",
    terminal,
    clock: systemClock,
    tally,
    title: "",
  });
  const settings = stepSettings(run.job.steps[0]!, run);
  await using who = openJobAuth(run.job, { session: settings.session, whenQuotaIsGone: "stop" });
  const work = await prepareSteps({ ...run, who }, { memory: undefined, tally, progress });
  const startedMs = systemClock.now();
  await work.run([(event) => count(tally, event)], signals);
  tally.startedMs ??= startedMs;
  tally.endedMs ??= systemClock.now();
  return tally;
}
