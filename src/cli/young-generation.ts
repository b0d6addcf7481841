import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Both halves of the young generation together, once they have grown to this. */
const ENOUGH_BYTES = 8 * 1024 * 1024;
/** How soon its growth is noticed: within a twentieth of the time so far, at least and at most. */
const SOONEST_MS = 5;
const LATEST_MS = 250;

/**
 * Lets the young generation grow only until it is large enough that a collection does not copy all that is in
 * flight: V8 would let it have 64 MB, and answers die young. To be called first: loading the program alone makes
 * it twice as large, or four times on a machine that is busy.
 */
export function keepYoungSmall(): void {
  const look = (): void => {
    const young = getHeapSpaceStatistics().find((space) => space.space_name === "new_space");
    if (young === undefined || young.space_size < ENOUGH_BYTES) return lookSoon();
    setFlagsFromString("--semi-space-growth-factor=1");
  };
  const lookSoon = (): void => {
    const delayMs = Math.min(LATEST_MS, Math.max(SOONEST_MS, performance.now() / 20));
    setTimeout(look, delayMs).unref();
  };
  lookSoon();
}
