const FIRST_SLOTS = 1_024;

/**
 * Places in a file by 64-bit hash, in typed arrays: some 24 bytes each. The latest place of a hash
 * replaces an earlier one.
 */
export class WaitingPlaces {
  #slots = new Int32Array(FIRST_SLOTS).fill(-1);
  /** Two halves per entry, as one 64-bit number has them, so that sorting is one call. */
  #hashes = new Int32Array(FIRST_SLOTS);
  #places = new Float64Array(FIRST_SLOTS / 2);
  #sorted = new Int32Array(0);
  #size = 0;

  /** How many hashes have a place. */
  get size(): number {
    return this.#size;
  }

  /** Makes room for so many more at once: what grows by steps leaves as much behind as it has. */
  reserve(more: number): void {
    let places = this.#places.length;
    while (places <= this.#size + more) places *= 2;
    if (places > this.#places.length) this.#grow(places);
  }

  set(high: number, low: number, place: number): void {
    const slot = this.#slotOf(high, low);
    const entry = this.#slots[slot]!;
    if (entry !== -1) {
      this.#places[entry] = place;
      return;
    }
    this.#slots[slot] = this.#size;
    this.#hashes[this.#size * 2] = low;
    this.#hashes[this.#size * 2 + 1] = high;
    this.#places[this.#size] = place;
    this.#size += 1;
    if (this.#size === this.#places.length) this.#grow(this.#size * 2);
  }

  get(high: number, low: number): number | undefined {
    const entry = this.#slots[this.#slotOf(high, low)]!;
    return entry === -1 ? undefined : this.#places[entry];
  }

  /** Calls back with each hash and its place, in the order of the hashes as signed 64-bit numbers. */
  eachSorted(each: (high: number, low: number, place: number) => void): void {
    if (this.#sorted.length < this.#hashes.length)
      this.#sorted = new Int32Array(this.#hashes.length);
    const sorted = this.#sorted.subarray(0, this.#size * 2);
    sorted.set(this.#hashes.subarray(0, sorted.length));
    // Beware: on a big-endian machine the order is another one, and only the speed depends on it.
    new BigInt64Array(sorted.buffer, 0, this.#size).sort();
    for (let index = 0; index < sorted.length; index += 2) {
      const [low, high] = [sorted[index]!, sorted[index + 1]!];
      each(high, low, this.get(high, low)!);
    }
  }

  /** The hashes as `high, low, high, low, …`. */
  hashes(): Int32Array<ArrayBuffer> {
    const hashes = new Int32Array(this.#size * 2);
    for (let index = 0; index < hashes.length; index += 2) {
      hashes[index] = this.#hashes[index + 1]!;
      hashes[index + 1] = this.#hashes[index]!;
    }
    return hashes;
  }

  /** Forgets all and keeps the memory: the thread's heap is so small that nobody would collect it. */
  clear(): void {
    this.#slots.fill(-1);
    this.#size = 0;
  }

  /** The slot that a hash has, or the free one that it would get. */
  #slotOf(high: number, low: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot]!;
      if (entry === -1) return slot;
      if (this.#hashes[entry * 2] === low && this.#hashes[entry * 2 + 1] === high) return slot;
    }
  }

  #grow(count: number): void {
    const hashes = new Int32Array(count * 2);
    hashes.set(this.#hashes);
    const places = new Float64Array(count);
    places.set(this.#places);
    this.#hashes = hashes;
    this.#places = places;
    this.#slots = new Int32Array(count * 2).fill(-1);
    for (let entry = 0; entry < this.#size; entry += 1) {
      this.#slots[this.#slotOf(hashes[entry * 2 + 1]!, hashes[entry * 2]!)] = entry;
    }
  }
}
