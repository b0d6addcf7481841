/** How much a filter holds, and at what price. */
export interface BloomFilterOptions {
  /** Keys that are sure to come; more find room too. @default 25000 */
  readonly expectedKeys?: number;
  /** Memory at most, 1 KiB or more; once it is full, more keys make more false alarms. @default 33554432 */
  readonly mostBytes?: number;
}

/** A false alarm costs whoever asks a message to another thread and back, and with these bits is rare enough. */
const BITS_PER_KEY = 12;
/** Beyond six, more probes cost more than the few alarms that they spare. */
const PROBES = 6;

/** One table of bits, a power of two of them. */
interface Layer {
  readonly words: Uint32Array;
  readonly mask: number;
  mostKeys: number;
  keys: number;
}

/**
 * Remembers 64-bit hashes in twelve bits each: never denies one that was added, and takes one in 270
 * others per full layer for one (Bloom 1970; the probes are Kirsch and Mitzenmacher's, 2006). It
 * grows by adding layers twice as large, for those there are cannot be enlarged.
 */
export class BloomFilter {
  readonly #layers: Layer[] = [];
  readonly #mostBytes: number;
  #bytes = 0;

  constructor({ expectedKeys = 25_000, mostBytes = 33_554_432 }: BloomFilterOptions = {}) {
    this.#mostBytes = mostBytes;
    this.#grow(2 ** Math.max(10, Math.ceil(Math.log2((expectedKeys * BITS_PER_KEY) / 8))));
  }

  /** Memory of its tables. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a hash may have been added; false is certain. */
  mayHave(high: number, low: number): boolean {
    // The latest layer is the largest: most of what is there is found at once.
    for (let index = this.#layers.length - 1; index >= 0; index -= 1) {
      if (has(this.#layers[index]!, high, low)) return true;
    }
    return false;
  }

  /** Adds a hash. */
  add(high: number, low: number): void {
    const layer = this.#layers.at(-1)!;
    const { words, mask } = layer;
    const step = high | 1;
    let bit = low;
    for (let probe = 0; probe < PROBES; probe += 1) {
      words[(bit & mask) >>> 5]! |= 1 << (bit & 31);
      bit = (bit + step) | 0;
    }
    layer.keys += 1;
    if (layer.keys >= layer.mostKeys) this.#grow(layer.words.byteLength * 2);
  }

  /** Adds many hashes: `high, low, high, low, …` */
  addAll(hashes: Int32Array): void {
    for (let index = 0; index < hashes.length; index += 2) {
      this.add(hashes[index]!, hashes[index + 1]!);
    }
  }

  /** Adds the largest layer that fits; without room for one, the latest takes all that come. */
  #grow(wantedBytes: number): void {
    let bytes = wantedBytes;
    while (this.#bytes + bytes > this.#mostBytes) bytes /= 2;
    const latest = this.#layers.at(-1);
    if (latest !== undefined && bytes < latest.words.byteLength) {
      latest.mostKeys = Number.POSITIVE_INFINITY;
      return;
    }
    this.#bytes += bytes;
    this.#layers.push({
      words: new Uint32Array(bytes / 4),
      mask: bytes * 8 - 1,
      mostKeys: Math.floor((bytes * 8) / BITS_PER_KEY),
      keys: 0,
    });
  }
}

function has({ words, mask }: Layer, high: number, low: number): boolean {
  const step = high | 1;
  let bit = low;
  for (let probe = 0; probe < PROBES; probe += 1) {
    if ((words[(bit & mask) >>> 5]! & (1 << (bit & 31))) === 0) return false;
    bit = (bit + step) | 0;
  }
  return true;
}
