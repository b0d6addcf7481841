/** What an answer needs to be given again. */
export interface StoredAnswer {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly bytes: Uint8Array;
}

/** Places are a block and an offset in it, of so many bits. */
const OFFSET_BITS = 16;
/** What is longer has a block of its own. */
const BLOCK_BYTES = 1 << OFFSET_BITS;
const FIRST_ENTRIES = 1_024;
/** Content types told apart; an answer of a further one is not stored. */
const MOST_TYPES = 255;

/**
 * Answers by question, packed: questions and bodies stand in blocks, numbers in typed arrays, and an
 * open-addressing table finds them. Fifty thousand small answers are 6 MB that no garbage collection
 * looks at; as objects they were the better part of the heap. Blocks never move: one arena that grows
 * would leave five times its size behind for a collection to find. What is not packed yet (a question under
 * way, a failure) is an object `T` beside its entry.
 */
export class AnswerStore<T extends object> {
  #slots = new Int32Array(FIRST_ENTRIES * 2).fill(-1);
  #hashes = new Int32Array(FIRST_ENTRIES);
  /** Four numbers per entry: where question and body begin and how long they are. */
  #places = new Uint32Array(FIRST_ENTRIES * 4);
  /** Status and type (plus one) per entry; a status of 0 is none. */
  #kinds = new Uint16Array(FIRST_ENTRIES * 2);
  readonly #objects: (T | undefined)[] = [];
  readonly #types: string[] = [];
  /** Those in use, then those left from before the last `clear`. */
  readonly #blocks: Buffer[] = [];
  #inUse = 0;
  /** The one that fills, and how far. */
  #filling = 0;
  #filled = BLOCK_BYTES;
  #used = 0;
  #beside = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Bytes of questions and bodies, those that objects hold included. */
  get bytes(): number {
    return this.#used + this.#beside;
  }

  /** Counts what an object holds that is not packed, in bytes. */
  weigh(bytes: number): void {
    this.#beside += bytes;
  }

  /** Forgets everything and keeps the memory for what comes. */
  clear(): void {
    this.#slots.fill(-1);
    this.#kinds.fill(0);
    this.#objects.length = 0;
    const spare = this.#blocks.filter((block) => block.byteLength === BLOCK_BYTES);
    this.#blocks.splice(0, this.#blocks.length, ...spare);
    this.#inUse = 0;
    this.#filled = BLOCK_BYTES;
    this.#used = 0;
    this.#beside = 0;
    this.#size = 0;
  }

  /** The entry of a question, or -1. Questions are ASCII, as URLs are once they are serialised. */
  find(question: string, hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot]!;
      if (entry === -1) return -1;
      if (this.#hashes[entry] === hash && this.#question(entry) === question) return entry;
    }
  }

  /** Adds a question that is not there yet, with its object. */
  add(question: string, hash: number, object: T): number {
    if (this.#size === this.#hashes.length) this.#growEntries();
    const entry = this.#size;
    this.#size += 1;
    this.#hashes[entry] = hash;
    const place = this.#reserve(question.length);
    this.#places[entry * 4] = place;
    this.#places[entry * 4 + 1] = question.length;
    this.#blocks[place >>> OFFSET_BITS]!.write(question, place % BLOCK_BYTES, "latin1");
    this.#objects[entry] = object;
    this.#link(entry, hash);
    return entry;
  }

  /** What is not packed of an entry. */
  object(entry: number): T | undefined {
    return this.#objects[entry];
  }

  /** Packs the answer of an entry and drops its object; false where there are too many content types. */
  pack(entry: number, { status, contentType, bytes }: StoredAnswer): boolean {
    const type = this.#typeOf(contentType);
    if (type === -1) return false;
    const place = this.#reserve(bytes.byteLength);
    this.#blocks[place >>> OFFSET_BITS]!.set(bytes, place % BLOCK_BYTES);
    this.#places[entry * 4 + 2] = place;
    this.#places[entry * 4 + 3] = bytes.byteLength;
    this.#kinds[entry * 2] = status;
    this.#kinds[entry * 2 + 1] = type;
    this.#objects[entry] = undefined;
    return true;
  }

  /** A packed answer, its bytes copied; undefined where nothing is packed. */
  answer(entry: number): StoredAnswer | undefined {
    const status = this.#kinds[entry * 2]!;
    if (status === 0) return undefined;
    const place = this.#places[entry * 4 + 2]!;
    const start = place % BLOCK_BYTES;
    const type = this.#kinds[entry * 2 + 1]!;
    return {
      status,
      contentType: type === 0 ? undefined : this.#types[type - 1],
      bytes: Buffer.from(
        this.#blocks[place >>> OFFSET_BITS]!.subarray(start, start + this.#places[entry * 4 + 3]!),
      ),
    };
  }

  /** Lets go of an entry's object: the question is then as if it had never been asked. */
  forget(entry: number): void {
    this.#objects[entry] = undefined;
  }

  /** The entries that are not packed. */
  *objects(): Generator<{ readonly question: string; readonly hash: number; readonly object: T }> {
    for (let entry = 0; entry < this.#size; entry += 1) {
      const object = this.#objects[entry];
      if (object === undefined) continue;
      yield { question: this.#question(entry), hash: this.#hashes[entry]!, object };
    }
  }

  #question(entry: number): string {
    const place = this.#places[entry * 4]!;
    const start = place % BLOCK_BYTES;
    const end = start + this.#places[entry * 4 + 1]!;
    return this.#blocks[place >>> OFFSET_BITS]!.toString("latin1", start, end);
  }

  /** 0 for none, else the type's number from 1; -1 where there are too many. */
  #typeOf(contentType: string | undefined): number {
    if (contentType === undefined) return 0;
    const known = this.#types.indexOf(contentType);
    if (known !== -1) return known + 1;
    return this.#types.length === MOST_TYPES ? -1 : this.#types.push(contentType);
  }

  #link(entry: number, hash: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot] !== -1) slot = (slot + 1) & mask;
    this.#slots[slot] = entry;
  }

  /** The place of so many bytes, which lie in one block. */
  #reserve(bytes: number): number {
    this.#used += bytes;
    if (bytes > BLOCK_BYTES) return this.#begin(Buffer.allocUnsafeSlow(bytes)) * BLOCK_BYTES;
    if (this.#filled + bytes >= BLOCK_BYTES) {
      const spare = this.#blocks[this.#inUse];
      this.#filling = this.#begin(spare ?? Buffer.allocUnsafeSlow(BLOCK_BYTES));
      this.#filled = 0;
    }
    const place = this.#filling * BLOCK_BYTES + this.#filled;
    this.#filled += bytes;
    return place;
  }

  /** Puts a block into use; gives its number. */
  #begin(block: Buffer): number {
    const number = this.#inUse;
    const spare = this.#blocks[number];
    if (spare !== undefined && spare !== block) this.#blocks.push(spare);
    this.#blocks[number] = block;
    this.#inUse += 1;
    return number;
  }

  #growEntries(): void {
    const entries = this.#hashes.length * 2;
    this.#hashes = grown(this.#hashes, new Int32Array(entries));
    this.#places = grown(this.#places, new Uint32Array(entries * 4));
    this.#kinds = grown(this.#kinds, new Uint16Array(entries * 2));
    this.#slots = new Int32Array(entries * 2).fill(-1);
    for (let entry = 0; entry < this.#size; entry += 1) this.#link(entry, this.#hashes[entry]!);
  }
}

function grown<A extends Int32Array | Uint32Array | Uint16Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
