import type { Tally } from "../report/tally.ts";
import type { StopReason } from "../runs/run-stopped.ts";

/** What ended a run besides its inputs. */
export interface Ending {
  /** 128 + the number of the signal that a person or the system sent. */
  readonly interrupted?: number | undefined;
  readonly stopped?: StopReason | undefined;
}

const BY_REASON: Readonly<Record<StopReason, number>> = {
  cap: 3,
  quota: 3,
  rule: 3,
  disk: 4,
  network: 5,
  refused: 6,
  locked: 7,
};

/** Another process works on the run. */
export const EXIT_LOCKED = BY_REASON.locked;

/** A bug of ours (EX_SOFTWARE of sysexits.h): no answer of this run is to be trusted blindly. */
export const EXIT_INTERNAL = 70;

/** All answered, and something is not what it was: where that was asked for. */
export const EXIT_CHANGED = 8;

/** Wrong usage or input. */
export const EXIT_USAGE = 2;

/** The exit code of a run that was stopped, or could not begin, for a reason. */
export function exitCodeOfStop(reason: StopReason): number {
  return BY_REASON[reason];
}

/** The exit code of a run that sent: what interrupted it, what stopped it, or how its inputs ended. */
export function exitCodeOf(tally: Tally, ending: Ending = {}): number {
  if (ending.interrupted !== undefined) return ending.interrupted;
  if (ending.stopped !== undefined) return BY_REASON[ending.stopped];
  if (tally.failed === 0) return 0;
  if (tally.failures.has("E_DISK")) return BY_REASON.disk;
  return refusedThroughout(tally) ? BY_REASON.refused : 1;
}

/** Whether no input was answered and every failure was the server refusing who asks (401, 403). */
function refusedThroughout(tally: Tally): boolean {
  const statuses = (tally.statuses.get(401) ?? 0) + (tally.statuses.get(403) ?? 0);
  return tally.answered === 0 && statuses + (tally.failures.get("E_AUTH") ?? 0) === tally.failed;
}
