import { setFlagsFromString } from "node:v8";
import { Script } from "node:vm";

/** Waits, able to collect meanwhile, until no helping thread compiles any more; a function of V8's own tests. */
const AWAIT_COMPILERS = "%FinalizeOptimization()";

/**
 * Keeps V8's baseline compiler on the main thread: for it, unlike for the two others, `leave` cannot wait. It
 * compiles so fast that whole commands take no longer for it (measured: five URLs, 20,000 rows).
 */
export function compileWhereItRuns(): void {
  setFlagsFromString("--no-concurrent-sparkplug");
}

/**
 * Ends the process with `process.exitCode` once what was written is out. Everything else is closed by then:
 * taking the heap apart piece by piece would only cost time (a hundredth of a short run).
 *
 * Node, as it exits, waits for V8's helping threads; one that compiles may wait for a collection by the main
 * thread, and neither ever ends (https://github.com/nodejs/node/issues/54918; one in 120 exits where the heap
 * stands close to its limit). So nothing new is compiled, and what is under way is awaited here, where
 * a collection can still happen.
 */
export function leave(): void {
  process.stdout.write("", () => {
    process.stderr.write("", () => {
      awaitCompilers();
      process.exit();
    });
  });
}

function awaitCompilers(): void {
  setFlagsFromString("--no-maglev");
  setFlagsFromString("--no-turbofan");
  setFlagsFromString("--allow-natives-syntax");
  try {
    new Script(AWAIT_COMPILERS).runInThisContext();
  } catch {
    // A V8 without it: the exit is what it was.
  }
}
