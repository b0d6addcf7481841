/** Linear steps per power of two: a value is off by at most 1/64 of itself. */
const STEPS_BITS = 5;
const STEPS = 2 ** STEPS_BITS;

/** Values below this are counted exactly; above, in log-linear steps. */
const EXACT = 2 * STEPS;

/** Counts of non-negative numbers: any percentile within 1.6 %, and two histograms add up to one. */
export interface Histogram {
  readonly count: number;
  readonly max: number;
  record(value: number): void;
  /** Takes back a value that was recorded; the maximum stays. */
  forget(value: number): void;
  /** Becomes the histogram that had these `steps` and this maximum. */
  restore(steps: readonly number[], max: number): void;
  /** Adds everything that `other` has counted. */
  merge(other: Histogram): void;
  /** The value below which `share` (0…1) of the counted lie; 0 where nothing was counted. */
  percentile(share: number): number;
  /** Counts by step, for merging. @internal */
  readonly steps: readonly number[];
}

/**
 * An empty log-linear histogram after HdrHistogram (Tene), of our own because importing
 * hdr-histogram-js costs 41 ms of start-up. Values are counted in units of `unit`.
 */
export function createHistogram(unit = 0.01): Histogram {
  const steps: number[] = [];
  let count = 0;
  let max = 0;
  return {
    get count() {
      return count;
    },
    get max() {
      return max;
    },
    steps,
    record(value) {
      const step = stepOf(Math.max(0, value) / unit);
      while (steps.length <= step) steps.push(0);
      steps[step]! += 1;
      count += 1;
      if (value > max) max = value;
    },
    forget(value) {
      const step = stepOf(Math.max(0, value) / unit);
      if (steps[step] === undefined || steps[step] === 0) return;
      steps[step] -= 1;
      count -= 1;
    },
    restore(earlier, earlierMax) {
      steps.length = 0;
      for (const step of earlier) steps.push(step);
      count = steps.reduce((sum, step) => sum + step, 0);
      max = earlierMax;
    },
    merge(other) {
      while (steps.length < other.steps.length) steps.push(0);
      for (let step = 0; step < other.steps.length; step += 1) steps[step]! += other.steps[step]!;
      count += other.count;
      max = Math.max(max, other.max);
    },
    percentile(share) {
      let wanted = Math.max(1, Math.ceil(share * count));
      for (let step = 0; step < steps.length; step += 1) {
        wanted -= steps[step]!;
        if (wanted <= 0) return Math.min(max, middleOf(step) * unit);
      }
      return max;
    },
  };
}

function stepOf(value: number): number {
  if (value < 2 ** 31) {
    // Nearly all: without a logarithm.
    const whole = Math.trunc(value);
    if (whole < EXACT) return whole;
    const shift = 31 - Math.clz32(whole) - STEPS_BITS;
    return shift * STEPS + (whole >> shift);
  }
  const whole = Math.min(Math.floor(value), Number.MAX_SAFE_INTEGER);
  const power = Math.floor(Math.log2(whole)) - Math.log2(STEPS);
  return (power + 1) * STEPS + Math.floor(whole / 2 ** power) - STEPS;
}

function middleOf(step: number): number {
  if (step < EXACT) return step + 0.5;
  const power = Math.floor(step / STEPS) - 1;
  const low = ((step % STEPS) + STEPS) * 2 ** power;
  return low + 2 ** power / 2;
}
