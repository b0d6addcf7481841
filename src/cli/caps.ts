import type { Clock } from "../core/clock.ts";
import type { Outcome } from "../core/outcome.ts";
import { formatDuration, formatSize } from "../formats/quantity.ts";
import { settledOf, type Tally } from "../report/tally.ts";
import type { Settings } from "./settings.ts";

/** Watches what a run may take. Disposing it ends the watch. */
export interface CapWatch extends Disposable {
  /** Looks again, after the tally has counted this outcome. */
  check(outcome: Outcome): void;
  /** The cap that ended the run before its inputs did, as it was typed; undefined where none has. */
  readonly reached: string | undefined;
}

/**
 * Drains the run when --max-bytes or --max-time is reached, and, with --fail-fast, at the first
 * failure. --max-requests is not here: only a gate before the wire can keep to it exactly.
 */
export function watchCaps(
  settings: Settings,
  tally: Tally,
  clock: Clock,
  drain: () => void,
): CapWatch {
  const { maxBytes, maxTimeMs } = settings.caps;
  let cap: string | undefined;
  const reach = (text: string): void => {
    cap ??= text;
    drain();
  };
  const timer =
    maxTimeMs === undefined
      ? undefined
      : clock.after(maxTimeMs, () => reach(`--max-time ${formatDuration(maxTimeMs)}`));
  return {
    check(outcome) {
      if (maxBytes !== undefined && tally.bytes >= maxBytes)
        reach(`--max-bytes ${formatSize(maxBytes)}`);
      if (settings.onFailure === "stop" && outcome.kind === "failed") drain();
    },
    get reached() {
      // A cap that the last input reaches has stopped nothing.
      const isDone = tally.total !== undefined && settledOf(tally) >= tally.total;
      return isDone ? undefined : cap;
    },
    [Symbol.dispose]: () => timer?.[Symbol.dispose](),
  };
}
