/** A trial that is to be planned when time is known. */
const UNPLANNED = -1;

/** Longest wait between trials, in shortest ones, … */
const LONGEST = 24;
/** … and where there were more places not long ago. */
const FALLEN = 2;

/** Places that were found. */
export interface FoundPlaces {
  readonly ceiling: number;
  /** Used for a while without a refusal. */
  readonly isProven: boolean;
  /** Latency without a queue, milliseconds; 0 where unknown. */
  readonly baseMs: number;
}

/** Time for some four hundred answers, twice that once the ceiling is proven: a trial may cost a refusal. */
export function trialUnitMs({ ceiling, isProven, baseMs }: FoundPlaces): number {
  const answers = isProven ? 800 : 400;
  return Math.min(2000, Math.max(200, (answers * (baseMs || 100)) / ceiling));
}

/** Tries more than the places that were found, ever later as long as that is refused. */
export class Trial {
  #atMs = Infinity;
  #waitMs = 0;
  /** How many more are being tried; 0 while none are. */
  width = 0;
  /** How many more the next one takes: half as many again after each that succeeds. */
  #nextWidth = 1;
  #sinceMs = 0;
  #accepted = 0;
  /** One was refused: how many places there are is known. */
  #hasFailed = false;
  /** No more than those that there seem to be were ever refused: each trial that succeeds is followed by the next. */
  #isDoubted = false;

  waitAtLeast(waitMs: number): void {
    this.#waitMs = Math.max(this.#waitMs, waitMs);
  }

  /** The next one comes after the wait, twice that where `nowMs` is not known yet. */
  plan(nowMs: number): void {
    this.#atMs = nowMs + this.#waitMs;
  }

  /** There may be more by far: the first trial comes after half the wait. It costs the same and is worth more. */
  doubt(nowMs: number): void {
    this.#isDoubted = true;
    this.#atMs = nowMs + this.#waitMs / 2;
  }

  planLater(): void {
    this.#atMs = UNPLANNED;
  }

  /** Refused, be it during a trial or not. `unitMs`: the shortest wait; where there were more places not long ago none is much longer. */
  refused(unitMs: number, hasFallen: boolean): void {
    const longestMs = (hasFallen ? FALLEN : LONGEST) * unitMs;
    this.#isDoubted = false;
    if (this.width > 0) {
      this.#hasFailed = true;
      this.#waitMs = Math.min(longestMs, this.#waitMs * 2);
    } else this.#waitMs = Math.max(unitMs, this.#waitMs);
    this.#nextWidth = 1;
    this.width = 0;
  }

  isDue(nowMs: number): boolean {
    if (this.#atMs === UNPLANNED) this.#atMs = nowMs + 2 * this.#waitMs;
    return nowMs >= this.#atMs && this.width === 0;
  }

  /** Begins with so many more than `ceiling`. */
  begin(nowMs: number, ceiling: number): number {
    this.width = Math.max(1, Math.floor(Math.min(this.#nextWidth, ceiling / 4)));
    this.#sinceMs = nowMs;
    this.#accepted = 0;
    this.#atMs = Infinity;
    return this.width;
  }

  /** One was let in that left as the `inFlight`th; whether that makes enough of them above the ceiling. */
  accepted(nowMs: number, inFlight: number, ceiling: number, baseMs: number): boolean {
    if (inFlight > ceiling) this.#accepted += 1;
    // Of many places one too many is refused so rarely that it takes hundreds of answers to see.
    const rounds = this.#hasFailed ? Math.max(2, ceiling / 10) : 2;
    return this.#accepted >= rounds * ceiling && nowMs - this.#sinceMs >= 3 * baseMs;
  }

  /** They were all let in. */
  succeeded(nowMs: number, unitMs: number): void {
    this.#nextWidth *= 1.5;
    this.width = 0;
    if (!this.#isDoubted) this.#waitMs = Math.max(unitMs, this.#waitMs / 2);
    this.#atMs = this.#isDoubted ? nowMs : nowMs + this.#waitMs;
  }

  /** Nothing is tried any more. */
  end(): void {
    this.width = 0;
    this.#atMs = Infinity;
  }
}
