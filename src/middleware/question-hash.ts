/** Where hashing begins, the higher 32 bits first. Whoever does not know it cannot prepare questions that meet. */
export type HashSeed = readonly [high: number, low: number];

/**
 * Hashes questions to 64 bits in one pass over their UTF-16 units: two lanes of 32 bits, the lower one
 * FNV-1a, the higher one rotating, both ended by MurmurHash3's finaliser. The result stands in `high` and
 * `low` (signed) until the next question, so that nothing is allocated for it.
 */
export class QuestionHash {
  high = 0;
  low = 0;
  #seedHigh: number;
  #seedLow: number;

  constructor([high, low]: HashSeed) {
    this.#seedHigh = high | 0;
    this.#seedLow = low | 0;
  }

  /** Hashes a question into `high` and `low`. */
  take(question: string): void {
    let high = this.#seedHigh;
    let low = this.#seedLow;
    for (let index = 0; index < question.length; index += 1) {
      const unit = question.charCodeAt(index);
      low = Math.imul(low ^ unit, 0x01000193);
      high = Math.imul(((high << 13) | (high >>> 19)) ^ unit, 0x5bd1e995);
    }
    this.high = mixed(high);
    this.low = mixed(low);
  }

  /** Makes every later hash depend on this text too. */
  season(text: string): void {
    this.take(text);
    this.#seedHigh = this.high;
    this.#seedLow = this.low;
  }
}

/** Spreads each bit over all (MurmurHash3's fmix32): the lanes' own low bits are their weakest. */
function mixed(lane: number): number {
  let hash = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
