import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Both halves of the young generation together, once they have grown to this. */
const ENOUGH_BYTES = 8 * 1024 * 1024;
/** How soon its growth is noticed. */
const LOOK_MS = 10;

/**
 * Keeps the heap of a long run small. V8 lets the young generation grow to 64 MB and the old one to
 * several times what lives, which buys little here: answers die young, and a client that streams a
 * million rows is asked to stay flat. So the old generation grows by a twelfth at a time, and the young
 * one only until it is large enough that a collection does not copy all that is in flight.
 */
export function keepHeapSmall(): Disposable {
  setFlagsFromString("--heap-growing-percent=8");
  const timer = setInterval(() => {
    const young = getHeapSpaceStatistics().find((space) => space.space_name === "new_space");
    if (young === undefined || young.space_size < ENOUGH_BYTES) return;
    clearInterval(timer);
    setFlagsFromString("--semi-space-growth-factor=1");
  }, LOOK_MS);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
