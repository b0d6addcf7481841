import { systemClock, type Clock } from "../core/clock.ts";
import { UsageError } from "../core/usage-error.ts";
import { formatCount } from "../formats/quantity.ts";
import { visible } from "../formats/visible.ts";
import { isDifferent } from "../report/change-counts.ts";
import { formatAccount } from "../report/account.ts";
import { checkChangesFile } from "./changes-file.ts";
import { createRedirectEnds } from "../report/redirect-ends.ts";
import { createTally, settledOf, type Tally } from "../report/tally.ts";
import { conduct } from "../runs/conduct.ts";
import { createCutWaits, endHints } from "./explain.ts";
import { EXIT_CHANGED, EXIT_USAGE, exitCodeOf } from "./exit-code.ts";
import { listenForInterrupts, type SignalSource } from "./interrupts.ts";
import type { Work } from "../runs/work.ts";
import { RunStopped, type StopReason } from "../runs/run-stopped.ts";
import { closeStandardInput } from "../runs/standard-input.ts";
import type { ReachedCap } from "../runs/watch-caps.ts";
import { createProgress, progressKind, type Progress } from "./progress.ts";
import type { Settings } from "./settings.ts";
import { shownPath } from "../runs/shown-path.ts";
import { checkSummaryFile, writeSummary } from "./summary-file.ts";
import type { Terminal } from "./terminal.ts";

/** What a run is conducted with; tests put in their own. */
export interface Surroundings {
  readonly terminal: Terminal;
  /** `names.csv → out.csv` */
  readonly title: string;
  /** @default the machine's */
  readonly clock?: Clock;
  /** @default the process */
  readonly signals?: SignalSource;
}

/** Gets the work ready, knowing how to write beside the live block and where things are counted. */
export type Prepare = (progress: Progress, tally: Tally) => Promise<Work>;

/**
 * Runs one piece of work from its start to its exit code: progress, signals, caps, account, hints
 * and summary. The account is the last line on stderr.
 * @throws UsageError from `prepare` (nothing was sent), and programming errors.
 */
export async function runWork(
  prepare: Prepare,
  settings: Settings,
  around: Surroundings,
): Promise<number> {
  const { terminal, clock = systemClock, signals = process } = around;
  const { kind: outputKind, path } = settings.output;
  const kind = progressKind(
    settings.progress,
    terminal,
    outputKind === "records" && path === "-" ? "records" : "other",
  );
  const tally = createTally(settings.caps.price);
  using progress = createProgress({ kind, terminal, clock, tally, title: around.title });
  await checkSummaryFile(settings.summary);
  await checkChangesFile(settings.changes);
  const work = await prepare(progress, tally);
  for (const hint of settings.hints) progress.say(hint);
  const run = work.durable?.journal.run;
  for (const note of work.durable?.notes ?? []) progress.say(note);
  using interrupts = listenForInterrupts(signals, clock, (stage) => {
    const inFlight = formatCount(tally.inFlight);
    progress.say(
      stage === "draining"
        ? `finishing ${inFlight} in flight, no new ones (again to stop at once)`
        : `stopping at once, ${inFlight} in flight are given up`,
    );
  });
  const tellCutWait = createCutWaits((line) => progress.say(line));
  const redirectEnds = createRedirectEnds();
  const { error, reason, cap } = await conduct(work, {
    settings,
    tally,
    clock,
    signals: { drain: interrupts.drain, stop: interrupts.stop },
    drain: () => interrupts.drainNow(),
    listen(event) {
      tellCutWait(event);
      if (event.type === "settled") redirectEnds.take(event.outcome);
      progress.listen(event);
    },
  });
  closeStandardInput();
  if (error?.name === "ClosedPipe") return 0;
  const capWords = capWordsOf(error, cap);
  if (error !== undefined && capWords === undefined) {
    progress.complain(`fanfetch: ${visible(error.message)}`);
  }
  const directory = work.directory ?? (run && shownPath(run.directory));
  const changes = work.changes?.();
  const unwritten = await writeSummary(settings.summary, { tally, run: directory, changes });
  if (unwritten !== undefined) progress.complain(`fanfetch: ${unwritten}`);
  const remedy = error instanceof RunStopped ? error.remedy : "";
  const stopped = reason ?? (unwritten === undefined ? undefined : "disk");
  const isWhole = interrupts.exitCode === undefined && reason === undefined && cap === undefined;
  if (!isWhole) {
    const words = stopWords(tally, { by: capWords, directory, remedy, stopped });
    if (capWords === undefined) progress.say(words);
    else progress.complain(words);
  }
  if (interrupts.exitCode === undefined) {
    const remark = redirectEnds.remark();
    if (remark !== undefined) progress.say(remark);
    for (const hint of endHints(tally)) progress.say(hint);
    if (directory !== undefined && tally.failed > 0) progress.say(failedHint(tally, directory));
  }
  progress.account(formatAccount(tally), directory);
  if (error instanceof UsageError) return EXIT_USAGE;
  const exitCode = exitCodeOf(tally, { interrupted: interrupts.exitCode, stopped });
  if (exitCode !== 0) return exitCode;
  const least = work.leastExitCode?.() ?? 0;
  if (least !== 0 || settings.onChange === "exit 0" || changes === undefined) return least;
  return isDifferent(changes.counts) ? EXIT_CHANGED : 0;
}

/** What a cap says of the stop that it made; undefined where none did. */
function capWordsOf(error: Error | undefined, cap: ReachedCap | undefined): string | undefined {
  if (error instanceof RunStopped && error.reason === "cap") return error.message;
  return cap && `stopped by ${cap.flag}`;
}

/** How a run stopped, and how to go on. */
function stopWords(tally: Tally, { by = "stopped", directory, remedy, stopped }: Stop): string {
  const of = tally.total === undefined ? "" : ` of ${formatCount(tally.total)}`;
  const done = `${formatCount(settledOf(tally))}${of}`;
  const where = by.includes(" at ") ? `${by} (${done})` : `${by} at ${done}`;
  if (directory !== undefined) {
    return `${where}, nothing lost · go on with: fanfetch resume ${directory}${remedy}`;
  }
  const written = stopped === "disk" ? "not all of what was" : "what was";
  return `${where}; ${written} answered is written`;
}

interface Stop {
  /** The words of the cap that stopped it. @default none did */
  readonly by: string | undefined;
  readonly directory: string | undefined;
  readonly remedy: string;
  readonly stopped: StopReason | undefined;
}

/** Where failures are seen and asked again. */
function failedHint(tally: Tally, directory: string): string {
  const [[code] = [""]] = [...tally.failures].toSorted((one, another) => another[1] - one[1]);
  return `  see them: fanfetch show ${directory} · again: fanfetch retry ${directory} --only ${code}`;
}
