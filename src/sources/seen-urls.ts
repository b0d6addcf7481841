import { randomInt } from "node:crypto";

import { QuestionHash } from "../middleware/question-hash.ts";

const FIRST_SLOTS = 1_024;

/**
 * Which URLs were seen, by 64-bit hash under a seed of its own: 16 to 32 bytes each. Two URLs of ten million
 * meet by chance once in 400,000 crawls; then one of them is not asked for.
 */
export class SeenUrls {
  readonly #hash = new QuestionHash([randomInt(2 ** 32), randomInt(2 ** 32)]);
  /** High and low half of each hash; both 0 where the slot is free. */
  #slots = new Int32Array(FIRST_SLOTS * 2);
  #size = 0;

  /** How many URLs were seen. */
  get size(): number {
    return this.#size;
  }

  /** Notes a URL as seen; whether it was not before. */
  add(url: string): boolean {
    this.#hash.take(url);
    const { high } = this.#hash;
    // Both halves 0 mean a free slot.
    const low = high === 0 && this.#hash.low === 0 ? 1 : this.#hash.low;
    const slot = this.#slotOf(high, low);
    if (this.#slots[slot] !== 0 || this.#slots[slot + 1] !== 0) return false;
    this.#slots[slot] = high;
    this.#slots[slot + 1] = low;
    this.#size += 1;
    if (this.#size * 4 > this.#slots.length) this.#grow();
    return true;
  }

  /** The place of a hash, or the free one that it would get. */
  #slotOf(high: number, low: number): number {
    const mask = this.#slots.length / 2 - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const [first, second] = [this.#slots[slot * 2], this.#slots[slot * 2 + 1]];
      if ((first === 0 && second === 0) || (first === high && second === low)) return slot * 2;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(old.length * 2);
    for (let index = 0; index < old.length; index += 2) {
      const [high, low] = [old[index]!, old[index + 1]!];
      if (high === 0 && low === 0) continue;
      const slot = this.#slotOf(high, low);
      this.#slots[slot] = high;
      this.#slots[slot + 1] = low;
    }
  }
}
