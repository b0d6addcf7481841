/** A rate to keep: at most `count` departures in any `perMs` milliseconds. */
export interface BucketOptions {
  readonly count: number;
  readonly perMs: number;
  /** Departures that may leave at once after a pause; all others are evenly spaced. @default 1 */
  readonly burst?: number | undefined;
}

/** Says when the next departure may be. Times are one clock's, passed in; it never waits itself. */
export interface Spacing {
  /** Earliest time from `nowMs` on at which one more may leave; reserves nothing. */
  nextAt(nowMs: number): number;
  /** Reserves a place at `atMs`, which must not be before `nextAt`. */
  take(atMs: number): void;
}

/** Arrivals are less even than departures: the windows kept are longer by this share, at most … */
const SLACK_SHARE = 0.02;
/** … this many milliseconds. */
const MOST_SLACK_MS = 25;

/** A process that was busy makes up for so much of its lateness, where departures are this close: … */
const CATCH_UP_MS = 50;
/** … no timer wakes more often than that. Milliseconds. */
const CLOSE_MS = 10;
/** The first of them wait for connections, and arrive closer than they left: they are spaced wider, … */
const FIRST_SPACING = 1.25;
/** … as many as leave in this time. Milliseconds. */
const FIRST_MS = 1_000;

/** How long a window of `perMs` is taken to be, so that it holds at the server's end of the wire too. */
export function keptWindowMs(perMs: number): number {
  return perMs + Math.min(perMs * SLACK_SHARE, MOST_SLACK_MS);
}

/**
 * Spaces departures so that any window of `perMs` holds at most `count` of them, as a server counts
 * that keeps a sliding window; windows are kept 2 % longer (at most 25 ms) for the network's jitter.
 * Between bursts it is the generic cell rate algorithm (ITU-T I.371, as virtual scheduling); the times
 * of the last `count` departures are kept too, because that algorithm alone would let a burst and the
 * steady rate behind it into one window. Above 100 a second, where timers wake less often than
 * departures are due, up to 50 ms of them that are late leave at once.
 * @throws RangeError for a count or burst that is no whole number from 1, a burst above the count, or
 * a `perMs` that is not positive and finite.
 */
export function createTokenBucket(options: BucketOptions): Spacing {
  const { count, perMs, burst = 1 } = options;
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new RangeError(`a rate's count is a whole number from 1, not ${count}`);
  }
  if (!(perMs > 0) || perMs === Infinity) {
    throw new RangeError(`a rate's perMs is positive, not ${perMs}`);
  }
  if (!Number.isSafeInteger(burst) || burst < 1 || burst > count) {
    throw new RangeError(`a rate's burst is a whole number from 1 to its count, not ${burst}`);
  }
  const windowMs = keptWindowMs(perMs);
  const spacingMs = windowMs / count;
  const toleranceMs = (burst - 1) * spacingMs;
  const isClose = burst === 1 && spacingMs < CLOSE_MS;
  const catchUpMs = isClose ? CATCH_UP_MS : 0;
  let firstOnes = isClose ? FIRST_MS / spacingMs : 0;
  const recent = createRing(count);
  /** When the next would be due if all were evenly spaced (the "theoretical arrival time"). */
  let dueMs = -Infinity;

  return {
    nextAt(nowMs) {
      return Math.max(nowMs, dueMs - toleranceMs, recent.oldest() + windowMs);
    },
    take(atMs) {
      dueMs = Math.max(atMs - catchUpMs, dueMs) + spacingMs * (firstOnes > 0 ? FIRST_SPACING : 1);
      firstOnes -= 1;
      recent.push(atMs);
    },
  };
}

interface Ring {
  /** The time of the departure `length` places ago; −Infinity while there were fewer. */
  oldest(): number;
  push(atMs: number): void;
}

/** The last `length` times; takes memory only for those that there are. */
function createRing(length: number): Ring {
  const times: number[] = [];
  let next = 0;
  return {
    oldest: () => times[next] ?? -Infinity,
    push(atMs) {
      times[next] = atMs;
      next = (next + 1) % length;
    },
  };
}
