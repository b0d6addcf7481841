const FIRST_PLACES = 16;

/**
 * Places in a file by 64-bit hash, gathered to be gone through in the order of the hashes' upper halves: a tree of
 * hashes is then touched page by page. Some 20 bytes each, which it keeps.
 */
export class PlaceBatch {
  /** Lower half of a number the entry, upper half that of its hash: sorting them is one call. */
  #keys = new BigInt64Array(FIRST_PLACES);
  #halves = new Int32Array(this.#keys.buffer);
  #lows = new Int32Array(FIRST_PLACES);
  #places = new Float64Array(FIRST_PLACES);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Makes room for so many at once: what grows by steps leaves as much behind as it has. */
  reserve(count: number): void {
    if (count > this.#places.length) this.#grow(count);
  }

  add(high: number, low: number, place: number): void {
    if (this.#size === this.#places.length) this.#grow(this.#size * 2);
    this.#halves[this.#size * 2] = this.#size;
    this.#halves[this.#size * 2 + 1] = high;
    this.#lows[this.#size] = low;
    this.#places[this.#size] = place;
    this.#size += 1;
  }

  /** Calls back with each hash and its place, those with one hash in the order in which they were added; then all are gone. */
  takeSorted(each: (high: number, low: number, place: number) => void): void {
    // Beware: on a big-endian machine the order is another one, and only the speed depends on it.
    this.#keys.subarray(0, this.#size).sort();
    for (let index = 0; index < this.#size; index += 1) {
      const entry = this.#halves[index * 2]!;
      each(this.#halves[index * 2 + 1]!, this.#lows[entry]!, this.#places[entry]!);
    }
    this.#size = 0;
  }

  #grow(count: number): void {
    const keys = new BigInt64Array(count);
    keys.set(this.#keys);
    const lows = new Int32Array(count);
    lows.set(this.#lows);
    const places = new Float64Array(count);
    places.set(this.#places);
    this.#keys = keys;
    this.#halves = new Int32Array(keys.buffer);
    this.#lows = lows;
    this.#places = places;
  }
}
