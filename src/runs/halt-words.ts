import type { HaltCause } from "../core/halt.ts";
import { formatCount, formatDuration } from "../formats/quantity.ts";
import { visible } from "../formats/visible.ts";
import { formatLocalTime } from "../report/local-time.ts";
import { shownHost } from "../formats/shown-host.ts";

/** Why a run stopped itself, in one sentence: who, for how long, and when it makes sense to go on. */
export function haltWords(cause: HaltCause, nowMs = Date.now()): string {
  const host = visible(shownHost(cause.host));
  switch (cause.reason) {
    case "quota": {
      if (cause.untilWallMs === undefined) {
        const forMs = formatDuration(cause.refusedForMs);
        return `${host} has refused everything for ${forMs} and does not say for how long; resume later, or --wait goes on asking`;
      }
      const forMs = Math.max(0, cause.untilWallMs - nowMs);
      const when = `${formatLocalTime(cause.untilWallMs)} (in ${formatDuration(forMs)})`;
      return `the quota of ${host} is used up until ${when}; resume then, or --wait waits for it`;
    }
    case "network":
      return `nothing has answered for ${formatDuration(cause.forMs)}: ${visible(cause.last)}`;
    case "refused":
      return `${formatCount(cause.times)} answers in a row refuse authorisation (${cause.status} by ${host}): check -u, -H 'authorization: …' or the cookies`;
    case "rule":
      return `an answer of ${host} meets ${visible(cause.text)}`;
  }
}
