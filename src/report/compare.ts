/** One measured run. Times in milliseconds. */
export interface Measurement {
  readonly wallMs: number;
  /** The slowest answer of the run: no concurrency can beat it. */
  readonly slowestMs: number;
  readonly requests: number;
  readonly failed: number;
}

/** The runs of one mode, summed up. */
export interface ModeStatistics {
  readonly medianMs: number;
  readonly lowestMs: number;
  readonly highestMs: number;
}

/** Two modes of the same work against each other. */
export interface Comparison {
  readonly repetitions: number;
  /** Requests of one repetition, redirects and retries included (median). */
  readonly requests: number;
  /** The most failures in any repetition. */
  readonly failed: number;
  readonly sequential: ModeStatistics;
  readonly concurrent: ModeStatistics;
  /** Median of sequential over median of concurrent: above 1, concurrent is faster. */
  readonly ratio: number;
  /** Where the ratio lies with 95 % confidence. */
  readonly ratioLow: number;
  readonly ratioHigh: number;
  /** Median of the slowest answer alone, measured one by one. */
  readonly slowestMs: number;
  /** `noise`: the interval holds 1. `bound`: concurrent takes hardly longer than the slowest answer. */
  readonly verdict: "noise" | "bound" | "clear";
}

const RESAMPLES = 2000;

/** Concurrent within this factor of the slowest answer: that answer is what it waits for. */
const BOUND_FACTOR = 1.25;

/**
 * Compares interleaved runs of two modes: ratio of medians with a 95 % percentile-bootstrap interval
 * (Efron & Tibshirani 1993, ch. 13; the ratio as effect size after Kalibera & Jones 2013). Pairs are
 * drawn together, since both runs of one repetition saw the same weather. The same measurements
 * and seed give the same interval.
 * @throws RangeError where there are no repetitions, or not equally many.
 */
export function compareModes(
  sequential: readonly Measurement[],
  concurrent: readonly Measurement[],
  { seed = 1 }: { readonly seed?: number } = {},
): Comparison {
  const repetitions = sequential.length;
  if (repetitions === 0 || repetitions !== concurrent.length) {
    throw new RangeError("a comparison needs equally many runs of both modes, at least one");
  }
  const one = sequential.map((run) => run.wallMs);
  const many = concurrent.map((run) => run.wallMs);
  const ratio = median(one) / median(many);
  const random = createRandom(seed);
  const ratios: number[] = [];
  for (let round = 0; round < RESAMPLES; round += 1) {
    const drawn = one.map(() => Math.floor(random() * repetitions));
    ratios.push(
      median(drawn.map((index) => one[index]!)) / median(drawn.map((index) => many[index]!)),
    );
  }
  ratios.sort(ascending);
  const ratioLow = ratios[Math.floor(0.025 * RESAMPLES)]!;
  const ratioHigh = ratios[Math.ceil(0.975 * RESAMPLES) - 1]!;
  const slowestMs = median(sequential.map((run) => run.slowestMs));
  const isNoise = repetitions < 3 || (ratioLow <= 1 && ratioHigh >= 1);
  const isBound = ratio > 1 && median(many) <= BOUND_FACTOR * slowestMs;
  const runs = [...sequential, ...concurrent];
  return {
    repetitions,
    requests: median(runs.map((run) => run.requests)),
    failed: Math.max(...runs.map((run) => run.failed)),
    sequential: statistics(one),
    concurrent: statistics(many),
    ratio,
    ratioLow,
    ratioHigh,
    slowestMs,
    verdict: isNoise ? "noise" : isBound ? "bound" : "clear",
  };
}

function statistics(values: readonly number[]): ModeStatistics {
  return {
    medianMs: median(values),
    lowestMs: Math.min(...values),
    highestMs: Math.max(...values),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted(ascending);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function ascending(one: number, other: number): number {
  return one - other;
}

/** Numbers in [0, 1) that depend on the seed alone (Marsaglia 2003, "Xorshift RNGs", 32 bit). */
function createRandom(seed: number): () => number {
  let state = (seed ^ 0x9e37_79b9) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}
