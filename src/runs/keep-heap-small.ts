import { setFlagsFromString } from "node:v8";

import { collectSoon } from "./v8-words.ts";

/** How many inputs are to come: `few` are known to be few. */
export type Expected = "few" | "many";

/** Up to so many inputs are few: over before what is kept of them adds up. */
export const FEW_INPUTS = 100_000;
/**
 * What V8 is told of compiling. Whole commands take as long without it; a million rows take 20 MB more.
 * Beware: with these flags the code of Node's own modules, which it brings along, counts for nothing, so they are set
 * once all is loaded (a thread that starts later comes up 20 ms later).
 */
const COMPILE_FLAGS = [
  // The parser of HTTP is one function of WebAssembly, of which the optimising compiler makes 40 MB for no
  // gain; freeing the largest piece of that raises, by glibc's own rule, what every thread keeps to 15 MB.
  "--liftoff-only",
  "--no-wasm-tier-up",
  "--no-wasm-dynamic-tiering",
  // Finished work is thrown away where it ends, not by the next work to come, and is not strewn over threads.
  "--no-maglev-destroy-on-background",
  "--concurrent-maglev-max-threads=1",
];
/** What takes so long, and is not known to be of few inputs, is no short command any more. */
const LONG_MS = 300;

/**
 * Keeps the heap of a run small. V8 lets the old generation grow to several times what lives, which buys little
 * here: a client that streams a million rows is asked to stay flat. So in a long run it grows by a twelfth at a
 * time. That is counted from the last full collection; the first one, left to V8, comes at 20 MB or at 50, so it
 * is asked for. A heap close to its limit is one that helping threads wait for, which is why `cli/leave.ts` waits
 * for them. For the young generation see `cli/young-generation.ts`.
 */
export function keepHeapSmall(expected: Expected): Disposable {
  // What lives of a young generation this small is copied sooner than helping threads are awake.
  setFlagsFromString("--no-parallel-scavenge");
  for (const flag of COMPILE_FLAGS) setFlagsFromString(flag);
  const late = expected === "few" ? undefined : setTimeout(growSlowly, LONG_MS).unref();
  return { [Symbol.dispose]: () => clearTimeout(late) };
}

function growSlowly(): void {
  setFlagsFromString("--heap-growing-percent=8");
  collectSoon();
}
