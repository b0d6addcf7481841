/** Rows of one unit: its bits are 512 bytes, so that a commit rewrites few of them. */
export const UNIT_ROWS = 4_096;

/** Which rows have an outcome: a bit each, in units, so that a million rows are 125 kB. */
export class DoneRows {
  readonly #units = new Map<number, Uint8Array>();
  #count = 0;
  /** The unit that was looked at last: most rows are of the same one. */
  #latest: { readonly number: number; readonly bits: Uint8Array } | undefined;
  /** All rows before this one are done. */
  #firstOwed = 1;

  /** Rows that are done. */
  get count(): number {
    return this.#count;
  }

  /** The first row, from 1, that is not done. */
  get firstOwed(): number {
    while (this.has(this.#firstOwed)) this.#firstOwed += 1;
    return this.#firstOwed;
  }

  has(row: number): boolean {
    const unit = this.#units.get(unitOf(row));
    return unit !== undefined && (unit[byteOf(row)]! & (1 << (row & 7))) !== 0;
  }

  /** Notes a row as done; whether it was not before. */
  add(row: number): boolean {
    const bits = this.unit(unitOf(row));
    const byte = bits[byteOf(row)]!;
    const bit = 1 << (row & 7);
    if ((byte & bit) !== 0) return false;
    bits[byteOf(row)] = byte | bit;
    this.#count += 1;
    return true;
  }

  /** Notes a row as owed again; whether it was done. */
  remove(row: number): boolean {
    if (!this.has(row)) return false;
    const bits = this.unit(unitOf(row));
    bits[byteOf(row)]! &= ~(1 << (row & 7));
    this.#count -= 1;
    this.#firstOwed = Math.min(this.#firstOwed, row);
    return true;
  }

  /** The bits of a unit, which are its own; made where there were none. */
  unit(number: number): Uint8Array {
    if (this.#latest?.number === number) return this.#latest.bits;
    let bits = this.#units.get(number);
    if (bits === undefined) {
      bits = new Uint8Array(UNIT_ROWS / 8);
      this.#units.set(number, bits);
    }
    this.#latest = { number, bits };
    return bits;
  }

  /** Takes the bits of a unit as they were written. */
  load(number: number, bits: Uint8Array): void {
    const own = this.unit(number);
    this.#count -= ones(own);
    own.set(bits);
    this.#count += ones(own);
  }

  /** The units that have rows, with their bits. */
  units(): Iterable<readonly [number, Uint8Array]> {
    return this.#units;
  }
}

/** The unit that a row belongs to. */
export function unitOf(row: number): number {
  return Math.floor(row / UNIT_ROWS);
}

/** Where in its unit a row has its bit. The bits of a row's number are right up to 2^53; `%` is slow. */
function byteOf(row: number): number {
  return (row & (UNIT_ROWS - 1)) >> 3;
}

function ones(bits: Uint8Array): number {
  let count = 0;
  for (let byte of bits) for (; byte !== 0; byte &= byte - 1) count += 1;
  return count;
}
