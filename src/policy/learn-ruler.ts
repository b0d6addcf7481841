/** A refusal at which a limit was used up. */
interface Mark {
  /** Accepted before it, since the beginning. */
  readonly accepted: number;
  readonly atMs: number;
  /** Time in which nothing was let out, since the beginning. */
  readonly heldMs: number;
}

/** Rates between refusals: what was certainly accepted, and what at most. */
export interface Measure {
  readonly low: number;
  readonly high: number;
  readonly accepted: number;
}

const KEPT = 12;

/**
 * Measures a rate between refusals. At each a bucket or a window is empty, so what was accepted
 * between two, over the time, is the rate, whatever the depth.
 */
export class Ruler {
  readonly #marks: Mark[] = [];

  mark(accepted: number, atMs: number, heldMs: number): void {
    if (this.#marks.length === KEPT) this.#marks.shift();
    this.#marks.push({ accepted, atMs, heldMs });
  }

  get marks(): number {
    return this.#marks.length;
  }

  /** Accepted since the mark before the last, or in all before the first. */
  get sinceBefore(): number {
    const last = this.#marks.at(-1);
    return last === undefined ? 0 : last.accepted - (this.#marks.at(-2)?.accepted ?? 0);
  }

  forget(): void {
    this.#marks.length = 0;
  }

  /** Per second, what a window of this length lets in at the least: between two marks one more ends than fits in. */
  leastOf(lengthMs: number): number {
    let least = 0;
    for (const [index, to] of this.#marks.entries()) {
      const from = this.#marks[index - 1] ?? to;
      const accepted = to.accepted - from.accepted;
      least = Math.max(least, (accepted * 1000) / (to.atMs - from.atMs + lengthMs));
    }
    return least;
  }

  /** Per second, over at least so many accepted; undefined where the marks do not reach so far. */
  measure(least: number): Measure | undefined {
    const last = this.#marks.at(-1);
    if (last === undefined) return undefined;
    for (let index = this.#marks.length - 2; index >= 0; index -= 1) {
      const mark = this.#marks[index]!;
      const accepted = last.accepted - mark.accepted;
      if (accepted < least) continue;
      const tookMs = Math.max(1, last.atMs - mark.atMs);
      const heldMs = Math.min(tookMs * 0.9, last.heldMs - mark.heldMs);
      return {
        accepted,
        low: (accepted * 1000) / tookMs,
        high: (accepted * 1000) / Math.max(1, tookMs - heldMs),
      };
    }
    return undefined;
  }
}
