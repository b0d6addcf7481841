import {
  type EntryBytes,
  entryBytes,
  highAt,
  isWhole,
  lengthAt,
  lowAt,
  MOST_ENTRY_BYTES,
  sealEntry,
} from "./answer-entry.ts";
import type { PackFile } from "./pack-file.ts";

const WINDOW_BYTES = 4_194_304;
/** Most packs have fewer. */
const FIRST_ENTRIES = 1_024;

/** Three numbers for each entry: the halves of its hash and its length in bytes. */
export type EntryHeads = Int32Array;

/**
 * Seals every entry of a pack and gives their heads.
 * @throws RangeError for what is no pack.
 */
export function sealEntries(pack: EntryBytes): EntryHeads {
  const { byteLength } = pack.bytes;
  let heads = new Int32Array(3 * FIRST_ENTRIES);
  let count = 0;
  for (let start = 0; start < byteLength;) {
    const length = lengthAt(pack, start);
    if (length === 0 || start + length > byteLength) {
      throw new RangeError("these bytes are no pack of answers");
    }
    sealEntry(pack, start, length);
    if (count + 3 > heads.length) heads = twice(heads);
    heads[count] = highAt(pack, start);
    heads[count + 1] = lowAt(pack, start);
    heads[count + 2] = length;
    count += 3;
    start += length;
  }
  return heads.slice(0, count);
}

/**
 * Calls back with each whole entry of a file from a place on, finding the next one behind whatever is
 * damaged; gives how many stretches are.
 */
export function eachEntry(
  file: PackFile,
  from: number,
  each: (high: number, low: number, place: number) => void,
): number {
  let damaged = 0;
  let isDamage = false;
  let end = file.length;
  let window = entryBytes(Buffer.alloc(0));
  let windowStart = from;
  for (let place = from; place < end;) {
    const windowEnd = windowStart + window.bytes.byteLength;
    if (windowEnd < end && place + MOST_ENTRY_BYTES > windowEnd) {
      const wanted = Math.min(WINDOW_BYTES, end - place);
      window = entryBytes(file.read(place, wanted));
      windowStart = place;
      // The file lost its end.
      if (window.bytes.byteLength < wanted) end = place + window.bytes.byteLength;
    }
    const start = place - windowStart;
    const length = lengthAt(window, start);
    const isEntry = length > 0 && isWhole(window, start, length);
    if (isEntry) each(highAt(window, start), lowAt(window, start), place);
    else if (!isDamage) damaged += 1;
    isDamage = !isEntry;
    // Lengths in a damaged head lead nowhere: the next entry is wherever a checksum is right again.
    place += isEntry ? length : 1;
  }
  return damaged + (end < file.length && !isDamage ? 1 : 0);
}

function twice(heads: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(heads.length * 2);
  larger.set(heads);
  return larger;
}
