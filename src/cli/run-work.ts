import { writeFile } from "node:fs/promises";

import { systemClock, type Clock } from "../core/clock.ts";
import type { RunEvent } from "../core/event.ts";
import { UsageError } from "../core/usage-error.ts";
import { formatCount, formatDuration, formatSize } from "../formats/quantity.ts";
import { visible } from "../formats/visible.ts";
import { formatAccount } from "../report/account.ts";
import { formatSummary, summarise } from "../report/summary.ts";
import { count, createTally, settledOf, type Tally } from "../report/tally.ts";
import { endHints } from "./explain.ts";
import { EXIT_USAGE, exitCodeOf } from "./exit-code.ts";
import { listenForInterrupts, type Interrupts, type SignalSource } from "./interrupts.ts";
import { RunStopped, type StopReason, type Work } from "./pipeline.ts";
import { createProgress, type Progress } from "./progress.ts";
import { progressKind } from "./progress.ts";
import type { Settings } from "./settings.ts";
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

/** Gets the work ready, knowing how to write beside the live block. */
export type Prepare = (progress: Progress) => Promise<Work>;

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
  const tally = createTally();
  const stdout =
    settings.output.kind === "records" && settings.output.path === "-" ? "records" : "other";
  const kind = progressKind(settings.progress, terminal, stdout);
  using progress = createProgress({ kind, terminal, clock, tally, title: around.title });
  const work = await prepare(progress);
  for (const hint of settings.hints) progress.say(hint);
  using interrupts = listenForInterrupts(signals, clock, (stage) => {
    const inFlight = formatCount(tally.inFlight);
    progress.say(
      stage === "draining"
        ? `finishing ${inFlight} in flight, no new ones (again to stop at once)`
        : `stopping at once, ${inFlight} in flight are given up`,
    );
  });
  using caps = watchCaps(settings, tally, interrupts, clock);
  const listen = (event: RunEvent): void => {
    count(tally, event);
    if (event.type === "settled") caps.check(event);
    progress.listen(event);
  };
  let error: unknown;
  try {
    await work.run([listen], { drain: interrupts.drain, stop: interrupts.stop });
  } catch (caught) {
    error = caught;
  }
  if ((error as Error | undefined)?.name === "ClosedPipe") return 0;
  const stopped = reasonOf(error) ?? caps.reason;
  const isAbort = interrupts.stop.aborted && (error as Error | undefined)?.name === "AbortError";
  const expected = stopped !== undefined || error instanceof UsageError || isAbort;
  if (error !== undefined && !expected) throw error;

  if (tally.endedMs === undefined) tally.endedMs = clock.now();
  if (error !== undefined && !isAbort)
    void terminal.stderr.write(`fanfetch: ${visible((error as Error).message)}\n`);
  if (settings.summary !== undefined)
    await writeFile(settings.summary, formatSummary(summarise(tally)));
  const ended = interrupts.exitCode ?? stopped;
  for (const line of ended === undefined ? endHints(tally) : endWords(tally, caps))
    progress.say(line);
  if (kind === "json")
    progress.listen({ type: "account", ...summarise(tally) } as unknown as RunEvent);
  else progress.say(formatAccount(tally));
  if (error instanceof UsageError) return EXIT_USAGE;
  return exitCodeOf(tally, { interrupted: interrupts.exitCode, stopped });
}

function reasonOf(error: unknown): StopReason | undefined {
  if (error instanceof RunStopped) return error.reason;
  return (error as { code?: unknown } | undefined)?.code === "E_DISK" ? "disk" : undefined;
}

function endWords(tally: Tally, caps: CapWatch): readonly string[] {
  const of = tally.total === undefined ? "" : ` of ${formatCount(tally.total)}`;
  const why = caps.words === undefined ? "" : ` by ${caps.words}`;
  return [`stopped${why} at ${formatCount(settledOf(tally))}${of}; what was answered is written`];
}

/** Ends the run when it has taken what it may. */
interface CapWatch extends Disposable {
  check(event: RunEvent & { type: "settled" }): void;
  /** The cap that was reached, if any. */
  readonly reason: StopReason | undefined;
  readonly words: string | undefined;
}

// --max-requests is not here: only a gate before the wire can keep to it exactly.
function watchCaps(
  settings: Settings,
  tally: Tally,
  interrupts: Interrupts,
  clock: Clock,
): CapWatch {
  const { maxBytes, maxTimeMs } = settings.caps;
  let words: string | undefined;
  const reach = (flag: string): void => {
    words ??= flag;
    interrupts.drainNow();
  };
  const timer =
    maxTimeMs === undefined
      ? undefined
      : clock.after(maxTimeMs, () => reach(`--max-time ${formatDuration(maxTimeMs)}`));
  return {
    check(event) {
      if (maxBytes !== undefined && tally.bytes >= maxBytes)
        reach(`--max-bytes ${formatSize(maxBytes)}`);
      if (settings.onFailure === "stop" && event.outcome.kind === "failed") interrupts.drainNow();
    },
    get reason() {
      // A cap that the last input reached has stopped nothing.
      const isDone = tally.total !== undefined && settledOf(tally) >= tally.total;
      return words === undefined || isDone ? undefined : "cap";
    },
    get words() {
      return words;
    },
    [Symbol.dispose]: () => timer?.[Symbol.dispose](),
  };
}
