/** Why a run ended before its inputs did, other than by a person's signal. */
export type StopReason = "cap" | "quota" | "disk" | "network" | "refused" | "rule" | "locked";

/** What else is told of a stop. */
export interface StopOptions extends ErrorOptions {
  readonly remedy?: string;
}

/** A run that stopped itself, resumable; the sentence says why. */
export class RunStopped extends Error {
  override readonly name = "RunStopped";
  readonly reason: StopReason;
  /** What `resume` needs to be given, such as ` --max-cost MORE`; empty where it goes on as it is. */
  readonly remedy: string;

  constructor(reason: StopReason, message: string, options: StopOptions = {}) {
    super(message, options);
    this.reason = reason;
    this.remedy = options.remedy ?? "";
  }
}

/** The error that came first: those of closing what it left behind are only its consequences. */
export function firstOf(error: unknown): unknown {
  let first = error;
  while (first instanceof SuppressedError) first = first.suppressed as unknown;
  return first;
}
