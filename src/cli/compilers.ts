import { setFlagsFromString } from "node:v8";
import { Script } from "node:vm";

const NO_MORE = ["--no-maglev", "--no-turbofan"];

/** Waits, able to collect meanwhile, until no helping thread compiles any more; a function of V8's own tests. */
const AWAIT_COMPILERS = "%FinalizeOptimization()";

/**
 * Has V8's baseline compiler stay on the main thread: for what it has under way elsewhere, unlike for the other
 * compilers, nobody can wait. Whole commands take no longer for it.
 */
export function compileBaselineHere(): void {
  setFlagsFromString("--no-concurrent-sparkplug");
}

/** Nothing new is compiled, and what is under way has ended once this returns. */
export function endCompiling(): void {
  for (const flag of NO_MORE) setFlagsFromString(flag);
  setFlagsFromString("--allow-natives-syntax");
  try {
    new Script(AWAIT_COMPILERS).runInThisContext();
  } catch {
    // A V8 without it: the exit is what it was.
  }
}
