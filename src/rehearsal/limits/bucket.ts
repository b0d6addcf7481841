import type { Rate } from "../../formats/quantity.ts";
import { type Gate, meanShare, type Share } from "./gate.ts";

/** A token bucket: `burst` at once, filled again at a rate. */
export function createBucket({ count, perMs }: Rate, burst: number, share: Share): Gate {
  let tokens = burst;
  let filledAtMs = 0;
  const fill = (nowMs: number): void => {
    tokens = Math.min(burst, tokens + ((nowMs - filledAtMs) * count * share(nowMs)) / perMs);
    filledAtMs = nowMs;
  };
  return {
    hasRoom(at) {
      fill(at.nowMs);
      // Beware: sums of fractions fall short of the whole by rounding.
      return tokens >= 1 - 1e-9;
    },
    take() {
      tokens -= 1;
    },
    leave() {},
    standing(at) {
      const msEach = perMs / (count * share(at.nowMs));
      const waitMs = Math.max(0, 1 - tokens) * msEach;
      const resetMs = waitMs > 0 ? waitMs : (burst - tokens) * msEach;
      const remaining = Math.max(0, Math.floor(tokens));
      return { limit: burst, remaining, resetMs, waitMs, windowMs: burst * msEach };
    },
    allowance: (fromMs, toMs) =>
      (count * meanShare(share, fromMs, toMs) * (toMs - fromMs)) / perMs + (fromMs > 0 ? 0 : burst),
  };
}
