import { setFlagsFromString } from "node:v8";

import { awaitCompilers } from "../runs/v8-words.ts";

const NO_MORE = ["--no-maglev", "--no-turbofan"];

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
  awaitCompilers();
}
