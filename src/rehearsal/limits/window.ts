import type { Rate } from "../../formats/quantity.ts";
import { type Gate, meanShare, type Share } from "./gate.ts";

/** So many in each window of the clock; all of them at once if one likes. */
export function createWindow({ count, perMs }: Rate, share: Share): Gate {
  let taken = 0;
  let window = Number.NaN;
  /** The clock's time at monotonic 0, known from the first arrival on. */
  let shiftMs = 0;
  const sizeAt = (nowMs: number): number => Math.max(1, Math.round(count * share(nowMs)));
  const turn = (wallMs: number): void => {
    const current = Math.floor(wallMs / perMs);
    if (current === window) return;
    window = current;
    taken = 0;
  };
  return {
    hasRoom(at) {
      shiftMs = at.wallMs - at.nowMs;
      turn(at.wallMs);
      return taken < sizeAt(at.nowMs);
    },
    take() {
      taken += 1;
    },
    leave() {},
    standing(at) {
      const limit = sizeAt(at.nowMs);
      const resetMs = perMs - (at.wallMs % perMs);
      const remaining = Math.max(0, limit - taken);
      return { limit, remaining, resetMs, waitMs: remaining > 0 ? 0 : resetMs, windowMs: perMs };
    },
    allowance(fromMs, toMs) {
      const size = count * meanShare(share, fromMs, toMs);
      // Over many windows the cut ones at both ends even out; of few, each begun one counts whole.
      if (toMs - fromMs >= 3 * perMs) return (size * (toMs - fromMs)) / perMs;
      const begun = (ms: number): number => Math.floor((ms + shiftMs) / perMs);
      const first = begun(fromMs) + (fromMs > 0 ? 1 : 0);
      return size * Math.max(0, begun(toMs - 1) - first + 1);
    },
  };
}

/** So many in any time of this length. */
export function createSlidingWindow({ count, perMs }: Rate, share: Share): Gate {
  const taken: number[] = [];
  let head = 0;
  const forget = (nowMs: number): void => {
    while (head < taken.length && taken[head]! <= nowMs - perMs) head += 1;
    if (head < 1024 || head < taken.length / 2) return;
    taken.splice(0, head);
    head = 0;
  };
  const sizeAt = (nowMs: number): number => Math.max(1, Math.round(count * share(nowMs)));
  return {
    hasRoom(at) {
      forget(at.nowMs);
      return taken.length - head < sizeAt(at.nowMs);
    },
    take(at) {
      taken.push(at.nowMs);
    },
    leave() {},
    standing(at) {
      const limit = sizeAt(at.nowMs);
      const remaining = Math.max(0, limit - (taken.length - head));
      const waitMs = remaining > 0 ? 0 : (taken[head] ?? at.nowMs) + perMs - at.nowMs;
      const resetMs = (taken.at(-1) ?? at.nowMs) + perMs - at.nowMs;
      return {
        limit,
        remaining,
        resetMs: remaining > 0 ? resetMs : waitMs,
        waitMs,
        windowMs: perMs,
      };
    },
    allowance: (fromMs, toMs) =>
      (count * meanShare(share, fromMs, toMs) * (toMs - fromMs)) / perMs +
      (fromMs > 0 ? 0 : Math.max(0, 1 - (toMs - fromMs) / perMs) * count),
  };
}
