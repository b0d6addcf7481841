import type { Clock } from "../core/clock.ts";
import type { Outcome } from "../core/outcome.ts";
import { formatDuration, formatSize } from "../formats/quantity.ts";
import { settledOf, type Tally } from "../report/tally.ts";
import type { WorkSettings } from "./work-settings.ts";

/** The end of a run that its flags asked for: a cap, or the first failure. */
export interface ReachedCap {
  readonly kind: "cap" | "failure";
  /** The flag as it was typed. */
  readonly flag: string;
}

/** Watches what a run may take. Disposing it ends the watch. */
export interface CapWatch extends Disposable {
  /** Looks again, after the tally has counted this outcome. */
  check(outcome: Outcome): void;
  /** What ended the run before its inputs did; undefined where nothing has. */
  readonly reached: ReachedCap | undefined;
}

/**
 * Drains the run when --max-bytes or --max-time is reached, and, with --fail-fast, at the first
 * failure. --max-requests is not here: only a gate before the wire can keep to it exactly.
 */
export function watchCaps(
  settings: WorkSettings,
  tally: Tally,
  clock: Clock,
  drain: () => void,
): CapWatch {
  const { maxBytes, maxTimeMs } = settings.caps;
  let cap: ReachedCap | undefined;
  let receivedBytes = 0;
  const reach = (kind: ReachedCap["kind"], flag: string): void => {
    cap ??= { kind, flag };
    drain();
  };
  const timer =
    maxTimeMs === undefined
      ? undefined
      : clock.after(maxTimeMs, () => reach("cap", `--max-time ${formatDuration(maxTimeMs)}`));
  return {
    check(outcome) {
      receivedBytes += receivedOf(outcome);
      if (maxBytes !== undefined && receivedBytes >= maxBytes)
        reach("cap", `--max-bytes ${formatSize(maxBytes)}`);
      if (settings.onFailure === "stop" && outcome.kind === "failed")
        reach("failure", "--fail-fast");
    },
    get reached() {
      // A cap that the last input reaches has stopped nothing.
      const isDone = tally.total !== undefined && settledOf(tally) >= tally.total;
      return isDone ? undefined : cap;
    },
    [Symbol.dispose]: () => timer?.[Symbol.dispose](),
  };
}

/** Decoded bytes that came for an answer: none where it is an earlier one that was asked about. */
function receivedOf(outcome: Outcome): number {
  if (outcome.kind !== "answered" || outcome.call.duplicate) return 0;
  const { bytes, wireBytes } = outcome.response;
  return wireBytes === 0 ? 0 : bytes;
}
