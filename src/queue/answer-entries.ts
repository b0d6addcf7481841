import { headAt, isWhole, MOST_ENTRY_BYTES, sealEntry, type EntryHead } from "./answer-entry.ts";
import type { PackFile } from "./pack-file.ts";

const WINDOW_BYTES = 4_194_304;

/**
 * Seals every entry of a pack and gives their heads.
 * @throws RangeError for what is no pack.
 */
export function sealEntries(bytes: Buffer): readonly EntryHead[] {
  const heads: EntryHead[] = [];
  for (let start = 0; start < bytes.byteLength;) {
    const head = headAt(bytes, start);
    if (head === undefined || start + head.length > bytes.byteLength) {
      throw new RangeError("these bytes are no pack of answers");
    }
    sealEntry(bytes, start, head.length);
    heads.push(head);
    start += head.length;
  }
  return heads;
}

/**
 * Calls back with each whole entry of a file from a place on, finding the next one behind whatever is
 * damaged; gives how many stretches are.
 */
export function eachEntry(
  file: PackFile,
  from: number,
  each: (head: EntryHead, place: number) => void,
): number {
  let damaged = 0;
  let isDamage = false;
  let end = file.length;
  let window: Buffer = Buffer.alloc(0);
  let windowStart = from;
  for (let place = from; place < end;) {
    const windowEnd = windowStart + window.byteLength;
    if (windowEnd < end && place + MOST_ENTRY_BYTES > windowEnd) {
      const wanted = Math.min(WINDOW_BYTES, end - place);
      window = file.read(place, wanted);
      windowStart = place;
      // The file lost its end.
      if (window.byteLength < wanted) end = place + window.byteLength;
    }
    const head = headAt(window, place - windowStart);
    const isEntry = head !== undefined && isWhole(window, place - windowStart, head.length);
    if (isEntry) each(head, place);
    else if (!isDamage) damaged += 1;
    isDamage = !isEntry;
    // Lengths in a damaged head lead nowhere: the next entry is wherever a checksum is right again.
    place += isEntry ? head.length : 1;
  }
  return damaged + (end < file.length && !isDamage ? 1 : 0);
}
