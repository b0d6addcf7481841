/** Three numbers for each entry: the halves of its hash and its length in bytes. */
export const HEAD_LENGTH = 3;
const BLOCK_ENTRIES = 4_096;
/** Large at once: what a table that grows leaves behind is not collected soon. */
const FIRST_SLOTS = 131_072;

/** Some entries that follow each other. */
interface Block {
  /** Three numbers for each: the halves of its hash, and how far behind the first one it stands. */
  readonly heads: Int32Array<ArrayBuffer>;
  /** Where its first entry stands in the pack. */
  place: number;
}

/** Hears of an entry. */
type Each = (high: number, low: number, place: number) => void;

/**
 * Entries of the pack that follow each other without a gap and are not in the index yet, the oldest first:
 * a queue of heads. What leaves makes room for what comes: the journal's thread has so small a heap that no
 * collection would free memory beside it.
 */
export class LaterEntries {
  readonly #blocks: Block[] = [];
  readonly #spare: Block[] = [];
  /** How many of the first block have left. */
  #gone = 0;
  #size = 0;
  /** An open-addressing table of entries by their number in the blocks, made when somebody first looks for one. */
  #slots: Int32Array | undefined;
  #used = 0;
  #keys = new BigInt64Array(0);

  get size(): number {
    return this.#size;
  }

  /** The place of the oldest entry; undefined where there is none. */
  get place(): number | undefined {
    return this.#size === 0 ? undefined : this.#placeOf(this.#gone);
  }

  /** Adds heads of entries that stand at `place` and on, right behind those that are there. */
  add(place: number, heads: Int32Array): void {
    let next = place;
    for (let at = 0; at < heads.length; at += HEAD_LENGTH) {
      const number = this.#gone + this.#size;
      const end = (number % BLOCK_ENTRIES) * HEAD_LENGTH;
      if (end === 0) this.#begin(next);
      const block = this.#blocks.at(-1)!;
      block.heads[end] = heads[at]!;
      block.heads[end + 1] = heads[at + 1]!;
      block.heads[end + 2] = next - block.place;
      next += heads[at + 2]!;
      this.#size += 1;
      if (this.#slots !== undefined) this.#link(number);
    }
  }

  /** Gives away the oldest, so many of them as there are. */
  take(count: number, each: Each): void {
    const end = this.#gone + Math.min(count, this.#size);
    for (let number = this.#gone; number < end; number += 1) this.#give(number, each);
    this.#drop(end);
  }

  /** The same in the order of the hashes' upper halves, those with one hash the oldest first. */
  takeSorted(count: number, each: Each): void {
    const end = this.#gone + Math.min(count, this.#size);
    // Lower half of a number the entry, upper half that of its hash: sorting them is one call.
    if (this.#keys.length < count) this.#keys = new BigInt64Array(count);
    const halves = new Int32Array(this.#keys.buffer);
    for (let number = this.#gone, at = 0; number < end; number += 1, at += 2) {
      halves[at] = number;
      halves[at + 1] = this.#half(number, 0);
    }
    // Beware: on a big-endian machine the order is another one, and only the speed depends on it.
    this.#keys.subarray(0, end - this.#gone).sort();
    for (let at = 0; at < (end - this.#gone) * 2; at += 2) this.#give(halves[at]!, each);
    this.#drop(end);
  }

  /** The place of the latest entry with this hash. */
  find(high: number, low: number): number | undefined {
    if (this.#size === 0) return undefined;
    const slots = this.#slots ?? this.#linkAll(new Int32Array(FIRST_SLOTS));
    const number = slots[this.#slotOf(slots, high, low)]!;
    return number === -1 ? undefined : this.#placeOf(number);
  }

  clear(): void {
    this.#drop(this.#gone + this.#size);
  }

  #begin(place: number): void {
    const block = this.#spare.pop() ?? {
      heads: new Int32Array(BLOCK_ENTRIES * HEAD_LENGTH),
      place,
    };
    block.place = place;
    this.#blocks.push(block);
  }

  /** Forgets those before this one. */
  #drop(end: number): void {
    this.#size -= end - this.#gone;
    this.#gone = end;
    while (this.#gone >= BLOCK_ENTRIES || (this.#size === 0 && this.#blocks.length > 0)) {
      this.#spare.push(this.#blocks.shift()!);
      this.#gone = this.#size === 0 ? 0 : this.#gone - BLOCK_ENTRIES;
    }
    if (this.#slots !== undefined) this.#linkAll(this.#slots);
  }

  #give(number: number, each: Each): void {
    each(this.#half(number, 0), this.#half(number, 1), this.#placeOf(number));
  }

  /** The upper (0) or the lower half of an entry's hash. */
  #half(number: number, which: 0 | 1): number {
    const { heads } = this.#blocks[Math.floor(number / BLOCK_ENTRIES)]!;
    return heads[(number % BLOCK_ENTRIES) * HEAD_LENGTH + which]!;
  }

  #placeOf(number: number): number {
    const { heads, place } = this.#blocks[Math.floor(number / BLOCK_ENTRIES)]!;
    return place + heads[(number % BLOCK_ENTRIES) * HEAD_LENGTH + 2]!;
  }

  /** Makes the table anew, in this one or in a larger one. */
  #linkAll(table: Int32Array): Int32Array {
    let { length } = table;
    while (this.#size * 4 > length * 3) length *= 2;
    const slots = length === table.length ? table : new Int32Array(length);
    slots.fill(-1);
    this.#slots = slots;
    this.#used = 0;
    for (let number = this.#gone; number < this.#gone + this.#size; number += 1) this.#link(number);
    return slots;
  }

  /** Sets an entry, in place of an earlier one with its hash. */
  #link(number: number): void {
    const slots = this.#slots!;
    const slot = this.#slotOf(slots, this.#half(number, 0), this.#half(number, 1));
    if (slots[slot] === -1) this.#used += 1;
    slots[slot] = number;
    if (this.#used * 4 > slots.length * 3) this.#linkAll(new Int32Array(slots.length * 2));
  }

  /** The slot that a hash has, or the free one that it would get. */
  #slotOf(slots: Int32Array, high: number, low: number): number {
    const mask = slots.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const number = slots[slot]!;
      if (number === -1) return slot;
      if (this.#half(number, 1) === low && this.#half(number, 0) === high) return slot;
    }
  }
}
