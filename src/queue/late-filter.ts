import { BloomFilter } from "./bloom-filter.ts";

/** Hashes that wait, at most. */
const MOST_WAITING = 44_000;
const FIRST_WAITING = 1_024;

/**
 * A Bloom filter that is filled when it is first asked: a run that repeats nothing never does, and one
 * that repeats much does at once. Until then a hash costs two numbers.
 */
export class LateFilter {
  /** `high, low, high, low, …` */
  #waiting = new Int32Array(FIRST_WAITING * 2);
  #count = 0;
  #filter: BloomFilter | undefined;

  /** Adds a hash. */
  add(high: number, low: number): void {
    if (this.#count === this.#waiting.length) this.#makeRoom();
    this.#waiting[this.#count] = high;
    this.#waiting[this.#count + 1] = low;
    this.#count += 2;
  }

  /** Whether a hash may have been added; false is certain. */
  mayHave(high: number, low: number): boolean {
    return this.#filled().mayHave(high, low);
  }

  #filled(): BloomFilter {
    if (this.#filter === undefined) {
      this.#filter = new BloomFilter();
      this.#filter.addAll(this.#waiting.subarray(0, this.#count));
      this.#waiting = new Int32Array(FIRST_WAITING * 2);
    } else if (this.#count > 0) {
      this.#filter.addAll(this.#waiting.subarray(0, this.#count));
    }
    this.#count = 0;
    return this.#filter;
  }

  #makeRoom(): void {
    if (this.#filter !== undefined || this.#count >= MOST_WAITING * 2) {
      this.#filled();
      return;
    }
    const larger = new Int32Array(this.#waiting.length * 2);
    larger.set(this.#waiting);
    this.#waiting = larger;
  }
}
