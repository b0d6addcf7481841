/** Three numbers for each entry: the halves of its hash and its length in bytes. */
export const HEAD_LENGTH = 3;
const BLOCK_ENTRIES = 4_096;
/** Large at once: what a table that grows leaves behind is not collected soon. */
const FIRST_SLOTS = 131_072;

/** Some entries that follow each other. */
interface Block {
  readonly heads: Int32Array<ArrayBuffer>;
  /** Where its first entry stands in the pack. */
  place: number;
}

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
  /** Where the oldest entry stands in the pack. */
  #place = 0;
  /** An open-addressing table of entries by their number in the blocks, made when somebody first looks for one. */
  #slots: Int32Array | undefined;
  #used = 0;

  get size(): number {
    return this.#size;
  }

  /** The place of the oldest entry; undefined where there is none. */
  get place(): number | undefined {
    return this.#size === 0 ? undefined : this.#place;
  }

  /** Adds heads of entries that stand at `place` and on, right behind those that are there. */
  add(place: number, heads: Int32Array): void {
    if (this.#size === 0) this.#place = place;
    let next = place;
    for (let at = 0; at < heads.length; at += HEAD_LENGTH) {
      const number = this.#gone + this.#size;
      const end = (number % BLOCK_ENTRIES) * HEAD_LENGTH;
      if (end === 0) this.#begin(next);
      const block = this.#blocks.at(-1)!.heads;
      block[end] = heads[at]!;
      block[end + 1] = heads[at + 1]!;
      block[end + 2] = heads[at + 2]!;
      next += heads[at + 2]!;
      this.#size += 1;
      if (this.#slots !== undefined) this.#link(number);
    }
  }

  /** Gives away the oldest, so many of them as there are. */
  take(count: number, each: (high: number, low: number, place: number) => void): void {
    for (let left = Math.min(count, this.#size); left > 0; left -= 1) {
      const block = this.#blocks[0]!.heads;
      const at = this.#gone * HEAD_LENGTH;
      each(block[at]!, block[at + 1]!, this.#place);
      this.#place += block[at + 2]!;
      this.#size -= 1;
      this.#gone += 1;
      if (this.#gone === BLOCK_ENTRIES || this.#size === 0) this.#drop();
    }
    if (this.#slots !== undefined) this.#linkAll(this.#slots);
  }

  /** The place of the latest entry with this hash. */
  find(high: number, low: number): number | undefined {
    if (this.#size === 0) return undefined;
    const slots = this.#slots ?? this.#linkAll(new Int32Array(FIRST_SLOTS));
    const number = slots[this.#slotOf(slots, high, low)]!;
    if (number === -1) return undefined;
    const { heads, place } = this.#blocks[Math.floor(number / BLOCK_ENTRIES)]!;
    let found = place;
    for (let before = 0; before < number % BLOCK_ENTRIES; before += 1) {
      found += heads[before * HEAD_LENGTH + 2]!;
    }
    return found;
  }

  clear(): void {
    this.#size = 0;
    while (this.#blocks.length > 0) this.#drop();
    this.#slots?.fill(-1);
    this.#used = 0;
  }

  #begin(place: number): void {
    const block = this.#spare.pop() ?? {
      heads: new Int32Array(BLOCK_ENTRIES * HEAD_LENGTH),
      place,
    };
    block.place = place;
    this.#blocks.push(block);
  }

  #drop(): void {
    this.#spare.push(this.#blocks.shift()!);
    this.#gone = 0;
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
    const { heads } = this.#blocks[Math.floor(number / BLOCK_ENTRIES)]!;
    const at = (number % BLOCK_ENTRIES) * HEAD_LENGTH;
    const slot = this.#slotOf(slots, heads[at]!, heads[at + 1]!);
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
      const { heads } = this.#blocks[Math.floor(number / BLOCK_ENTRIES)]!;
      const at = (number % BLOCK_ENTRIES) * HEAD_LENGTH;
      if (heads[at] === high && heads[at + 1] === low) return slot;
    }
  }
}
