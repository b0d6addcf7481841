import type { Listener } from "../core/event.ts";
import type { Outcome } from "../core/outcome.ts";
import type { Settings } from "./settings.ts";

/** How a run is asked to end: `drain` starts nothing new, `stop` gives up what is in flight too. */
export interface RunSignals {
  readonly drain: AbortSignal;
  readonly stop: AbortSignal;
}

/** One prepared piece of work: what `get` and `map` both become. Nothing was sent yet. */
export interface Work {
  /** Inputs, where they could be counted without reading them all. */
  readonly total: number | undefined;
  /**
   * Asks for everything and writes what comes back. Resolves when all is settled, or when a signal
   * ended it and what had arrived is written. Rejects with RunStopped, UsageError (input that cannot
   * be read further), an error whose `code` is E_DISK, a ClosedPipe, or a programming error.
   */
  run(listeners: readonly Listener[], signals: RunSignals): Promise<void>;
}

/**
 * Gets every outcome, one per input, in the order of `settings.output.order`, where
 * `settings.output.kind` is `timing-table`. Waits for a promise before the next.
 */
export type Take = (outcome: Outcome) => void | Promise<void>;

/** A session kept open over several runs, so that their connections stay warm. */
export interface Pipeline extends AsyncDisposable {
  /**
   * Checks everything that can be checked before the first request: templates against columns, expressions,
   * outputs. `settings` may differ from those of the pipeline in `mode`, `input` and `output` alone.
   * @throws UsageError
   */
  prepare(settings: Settings, take?: Take): Promise<Work>;
}

/** Why a run ended before its inputs did, other than by a person's signal. */
export type StopReason = "cap" | "quota" | "disk" | "network" | "refused" | "locked";

/** A run that stopped itself, resumable; the sentence says why. */
export class RunStopped extends Error {
  override readonly name = "RunStopped";
  readonly reason: StopReason;

  constructor(reason: StopReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** Opens what `get` and `map` run on. Imports the HTTP stack. */
export async function openPipeline(settings: Settings): Promise<Pipeline> {
  // SEAM: transport, engine, sources and jobs are put in here when the branches are merged.
  throw new TypeError(`the pipeline of ${settings.command} is not connected`);
}
