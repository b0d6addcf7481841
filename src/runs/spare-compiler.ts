import { setFlagsFromString } from "node:v8";

/**
 * Up to so many inputs V8's second compiler takes more than its code gives back: measured on two cores,
 * a tenth of all CPU time at 10,000 and at 20,000, even by 40,000, a loss of a twentieth not to have it beyond.
 */
const MOST_INPUTS = 30_000;

/** More calls than any function of so short a run is worth; V8 begins after 3,000 by itself. */
const CALLS = 40_000;

/** Bytecode that V8's second compiler joins into one function at most; by itself 920. */
const INLINED_BYTES = 250;

/**
 * Leaves a run of few inputs (`total`, where it is known) to V8's first optimising compiler. The second
 * one compiles beside the run and would be ready when that is over.
 */
export function spareCompiler(total: number | undefined): void {
  if (total === undefined || total > MOST_INPUTS) return;
  setFlagsFromString(`--invocation-count-for-turbofan=${CALLS}`);
}

/**
 * Lets V8's second compiler join less code into one function: what it works in stays with the process, and a
 * crawl runs through a great deal of code. Measured over 100,000 pages: at most 185 MB in place of 209, for a
 * tenth or more of CPU time.
 */
export function compileInSmallPieces(): void {
  setFlagsFromString(`--max-inlined-bytecode-size-cumulative=${INLINED_BYTES}`);
}
