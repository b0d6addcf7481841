/** Three numbers for each entry: the halves of its hash and its length in bytes. */
export const HEAD_LENGTH = 3;
const BLOCK_ENTRIES = 4_096;

/**
 * Entries of the pack that follow each other without a gap and are not in the index yet, the oldest first:
 * a queue of heads. What leaves makes room for what comes: the journal's thread has so small a heap that no
 * collection would free memory beside it.
 */
export class LaterEntries {
  readonly #blocks: Int32Array<ArrayBuffer>[] = [];
  readonly #spare: Int32Array<ArrayBuffer>[] = [];
  /** How many of the first block have left. */
  #gone = 0;
  #size = 0;
  /** Where the oldest entry stands in the pack. */
  #place = 0;

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
    for (let from = 0; from < heads.length;) {
      const end = (this.#gone + this.#size) % BLOCK_ENTRIES;
      if (end === 0) this.#blocks.push(this.#spare.pop() ?? newBlock());
      const block = this.#blocks.at(-1)!;
      const part = heads.subarray(from, from + (BLOCK_ENTRIES - end) * HEAD_LENGTH);
      block.set(part, end * HEAD_LENGTH);
      from += part.length;
      this.#size += part.length / HEAD_LENGTH;
    }
  }

  /** Gives away the oldest, so many of them as there are. */
  take(count: number, each: (high: number, low: number, place: number) => void): void {
    for (let left = Math.min(count, this.#size); left > 0; left -= 1) {
      const block = this.#blocks[0]!;
      const at = this.#gone * HEAD_LENGTH;
      each(block[at]!, block[at + 1]!, this.#place);
      this.#place += block[at + 2]!;
      this.#size -= 1;
      this.#gone += 1;
      if (this.#gone === BLOCK_ENTRIES || this.#size === 0) this.#drop();
    }
  }

  /** The place of the latest entry with this hash; looks at every one. */
  find(high: number, low: number): number | undefined {
    let found: number | undefined;
    let place = this.#place;
    let skipped = this.#gone;
    let left = this.#size;
    for (const block of this.#blocks) {
      const end = Math.min(BLOCK_ENTRIES, skipped + left) * HEAD_LENGTH;
      for (let at = skipped * HEAD_LENGTH; at < end; at += HEAD_LENGTH) {
        if (block[at] === high && block[at + 1] === low) found = place;
        place += block[at + 2]!;
      }
      left -= end / HEAD_LENGTH - skipped;
      skipped = 0;
    }
    return found;
  }

  clear(): void {
    this.#size = 0;
    while (this.#blocks.length > 0) this.#drop();
  }

  #drop(): void {
    this.#spare.push(this.#blocks.shift()!);
    this.#gone = 0;
  }
}

function newBlock(): Int32Array<ArrayBuffer> {
  return new Int32Array(BLOCK_ENTRIES * HEAD_LENGTH);
}
