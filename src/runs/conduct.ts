import type { Clock } from "../core/clock.ts";
import type { Listener, RunEvent } from "../core/event.ts";
import { UsageError } from "../core/usage-error.ts";
import { countersOf, earlierCounters, restoreTally } from "../report/restored-tally.ts";
import { count, type Tally, wallMsOf } from "../report/tally.ts";
import type { RunSignals, Work } from "./work.ts";
import { firstOf, RunStopped, type StopReason } from "./run-stopped.ts";
import { type ReachedCap, watchCaps } from "./watch-caps.ts";
import type { WorkSettings } from "./work-settings.ts";

/** Who hears of the work, counts it and may end it. */
export interface ConductOptions {
  readonly settings: WorkSettings;
  readonly tally: Tally;
  readonly clock: Clock;
  readonly signals: RunSignals;
  /** Ends the work at a cap: nothing new is started. */
  readonly drain: () => void;
  /** Hears each event once it was counted. */
  readonly listen: Listener;
}

/** How a piece of work ended. */
export interface Ending {
  /** What stopped it; undefined where its inputs or a signal ended it. */
  readonly error: Error | undefined;
  /** Why it may be gone on with; undefined where nothing but its inputs, or a signal, ended it. */
  readonly reason: StopReason | undefined;
  readonly cap: ReachedCap | undefined;
}

/**
 * Runs one piece of work to its end and counts it, earlier processes of the run included. A stop is told,
 * not thrown. @throws programming errors
 */
export async function conduct(work: Work, options: ConductOptions): Promise<Ending> {
  const { settings, tally, clock, signals, drain, listen } = options;
  const run = work.durable?.journal.run;
  if (run !== undefined) restoreTally(tally, run);
  const before = { ...earlierCounters(run ?? { sessions: [] }) };
  const counters = (): string =>
    countersOf(tally, before, wallMsOf(tally, clock.now()) - tally.earlierMs);
  using caps = watchCaps(settings, tally, clock, drain);
  const hear = (event: RunEvent): void => {
    count(tally, event);
    if (event.type === "settled") caps.check(event.outcome);
    listen(event);
  };
  let error: unknown;
  try {
    await work.run([hear], signals, counters);
  } catch (caught) {
    error = firstOf(caught);
  }
  tally.endedMs ??= clock.now();
  const cap = caps.reached;
  const reason = reasonOf(error) ?? (cap?.kind === "cap" ? "cap" : undefined);
  if (error === undefined) return { error, reason, cap };
  const name = (error as Partial<Error>).name;
  if (name === "AbortError" && signals.stop.aborted) return { error: undefined, reason, cap };
  const isToldOf = reason !== undefined || name === "ClosedPipe" || error instanceof UsageError;
  if (!isToldOf) throw error;
  return { error: error as Error, reason, cap };
}

function reasonOf(error: unknown): StopReason | undefined {
  if (error instanceof RunStopped) return error.reason;
  return (error as Error | undefined)?.name === "DiskError" ? "disk" : undefined;
}
