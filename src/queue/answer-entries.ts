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
import { HEAD_LENGTH } from "./later-entries.ts";
import type { PackFile } from "./pack-file.ts";

const WINDOW_BYTES = 4_194_304;
/** Most packs have fewer. */
const FIRST_ENTRIES = 1_024;

/** What the heads of one pack after the other are written to. */
let sealed = new Int32Array(HEAD_LENGTH * FIRST_ENTRIES);

/**
 * Seals every entry of a pack and gives their heads, which are the caller's until the next pack.
 * @throws RangeError for what is no pack.
 */
export function sealEntries(pack: EntryBytes): Int32Array {
  const { byteLength } = pack.bytes;
  let count = 0;
  for (let start = 0; start < byteLength;) {
    const length = lengthAt(pack, start);
    if (length === 0 || start + length > byteLength) {
      throw new RangeError("these bytes are no pack of answers");
    }
    sealEntry(pack, start, length);
    if (count + HEAD_LENGTH > sealed.length) sealed = twice(sealed);
    sealed[count] = highAt(pack, start);
    sealed[count + 1] = lowAt(pack, start);
    sealed[count + 2] = length;
    count += HEAD_LENGTH;
    start += length;
  }
  return sealed.subarray(0, count);
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
