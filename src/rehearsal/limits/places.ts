import { type Gate, meanShare, type Share } from "./gate.ts";

/** So many at one time; whoever comes when all places are taken is refused. */
export function createPlaces(count: number, share: Share): Gate {
  let inside = 0;
  const sizeAt = (nowMs: number): number => Math.max(1, Math.round(count * share(nowMs)));
  return {
    hasRoom: (at) => inside < sizeAt(at.nowMs),
    take() {
      inside += 1;
    },
    leave() {
      inside = Math.max(0, inside - 1);
    },
    standing(at) {
      const limit = sizeAt(at.nowMs);
      const remaining = Math.max(0, limit - inside);
      return { limit, remaining, resetMs: 0, waitMs: remaining > 0 ? 0 : 1000, windowMs: 0 };
    },
    allowance: (fromMs, toMs, serviceMs) =>
      (count * meanShare(share, fromMs, toMs) * (toMs - fromMs)) / serviceMs,
  };
}
