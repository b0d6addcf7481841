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

/** The error that came first: those of closing what it left behind are only its consequences. */
export function firstOf(error: unknown): unknown {
  let first = error;
  while (first instanceof SuppressedError) first = first.suppressed as unknown;
  return first;
}
