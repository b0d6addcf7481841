import type { Listener } from "../core/event.ts";
import type { WorkChanges } from "./tell-changes.ts";
import type { WorkRun } from "./work-run.ts";

/** How a run is asked to end: `drain` starts nothing new, `stop` gives up what is in flight too. */
export interface RunSignals {
  readonly drain: AbortSignal;
  readonly stop: AbortSignal;
}

/** One prepared piece of work: what `get` and `map` both become. Nothing was sent yet. */
export interface Work {
  /** Inputs, where they could be counted without reading them all. */
  readonly total: number | undefined;
  /** The run on disk; undefined for one in memory. */
  readonly durable: WorkRun | undefined;
  /** As `resume` is told what to go on with, where that is no run of one journal. */
  readonly directory?: string;
  /** The exit code of a run that went well so far, where what was made of it lacks something. */
  readonly leastExitCode?: (() => number) | undefined;
  /** What has changed since the run before, once it has ended; undefined where nothing was compared. */
  readonly changes?: (() => WorkChanges | undefined) | undefined;
  /**
   * Asks for everything and writes what comes back. Resolves when all is settled, or when a signal
   * ended it and what had arrived is written. Rejects with RunStopped, UsageError (input that cannot
   * be read further), a DiskError, a ClosedPipe, or a programming error.
   */
  run(
    listeners: readonly Listener[],
    signals: RunSignals,
    /** What was counted so far, as JSON for the journal. */
    counters?: () => string,
  ): Promise<void>;
}
