import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** How many inputs are to come. */
export type Expected = "few" | "many" | "unknown";

/** Both halves of the young generation together, once they have grown to this. */
const ENOUGH_BYTES = 8 * 1024 * 1024;
/** Up to so many inputs are few: over before what is kept of them adds up. */
export const FEW_INPUTS = 100_000;
/** How soon its growth is noticed. */
const LOOK_MS = 10;
/** What takes so long, and is not known to be of few inputs, is no short command any more. */
const LONG_MS = 300;

/**
 * Keeps the heap of a run small. V8 lets the young generation grow to 64 MB and the old one to several
 * times what lives, which buys little here: answers die young, and a client that streams a million rows
 * is asked to stay flat. So the young generation grows only until it is large enough that a collection
 * does not copy all that is in flight, and in a long run the old one by a twelfth at a time. That is counted
 * from the last full collection; the first one, left to V8, comes at 20 MB or at 50, so it is asked for. A heap
 * close to its limit is one that helping threads wait for, which is why `cli/leave.ts` waits for them.
 */
export function keepHeapSmall(expected: Expected): Disposable {
  // What lives of a young generation this small is copied sooner than helping threads are awake.
  setFlagsFromString("--no-parallel-scavenge");
  const late = expected === "few" ? undefined : setTimeout(growSlowly, LONG_MS).unref();
  const look = (): void => {
    const young = getHeapSpaceStatistics().find((space) => space.space_name === "new_space");
    if (young === undefined || young.space_size < ENOUGH_BYTES) return;
    clearInterval(timer);
    setFlagsFromString("--semi-space-growth-factor=1");
  };
  const timer = setInterval(look, LOOK_MS);
  timer.unref();
  // Loading the program may have made it large enough already.
  look();
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      clearTimeout(late);
    },
  };
}

function growSlowly(): void {
  setFlagsFromString("--heap-growing-percent=8");
  setFlagsFromString("--expose-gc");
  // Contexts made before that flag do not have it.
  const collect = runInNewContext("gc") as NodeJS.GCFunction;
  void collect({ type: "major", execution: "async" });
}
