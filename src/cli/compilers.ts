import { setFlagsFromString } from "node:v8";
import { Script } from "node:vm";

/**
 * How this process has V8 compile, from its start on. None of it costs time that was measurable over whole
 * commands (five URLs, 20,000 and 1,000,000 rows); together a million rows take some 20 MB less.
 */
const AS_WE_COMPILE = [
  // For what its baseline compiler has under way on a helping thread, unlike for the others, nobody can wait.
  "--no-concurrent-sparkplug",
  // The parser of HTTP is one function of WebAssembly, of which the optimising compiler makes 40 MB for no
  // gain; freeing the largest piece of that raises, by glibc's own rule, what every thread keeps to 15 MB.
  "--liftoff-only",
  "--no-wasm-tier-up",
  "--no-wasm-dynamic-tiering",
  // Finished work is thrown away where it ends, not by the next work to come, and is not strewn over threads.
  "--no-maglev-destroy-on-background",
  "--concurrent-maglev-max-threads=1",
];

const NO_MORE = ["--no-maglev", "--no-turbofan"];

/** Waits, able to collect meanwhile, until no helping thread compiles any more; a function of V8's own tests. */
const AWAIT_COMPILERS = "%FinalizeOptimization()";

/** Before anything large is loaded. */
export function compileModestly(): void {
  for (const flag of AS_WE_COMPILE) setFlagsFromString(flag);
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
