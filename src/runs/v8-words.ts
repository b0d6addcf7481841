import { setFlagsFromString } from "node:v8";
import { runInNewContext, Script } from "node:vm";

// Two words that V8 keeps for its own tests. Nothing else in the house makes code of text, and these are constants.

/** Begins a full collection beside whatever runs. */
export function collectSoon(): void {
  setFlagsFromString("--expose-gc");
  // Contexts made before that flag do not have it.
  const collect = runInNewContext("gc") as NodeJS.GCFunction;
  void collect({ type: "major", execution: "async" });
}

/** Waits, able to collect meanwhile, until no helping thread compiles any more. */
export function awaitCompilers(): void {
  setFlagsFromString("--allow-natives-syntax");
  try {
    new Script("%FinalizeOptimization()").runInThisContext();
  } catch {
    // A V8 without it: whoever waits goes on as if there were nothing to wait for.
  }
}
