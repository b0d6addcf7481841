import type { FileHandle } from "node:fs/promises";

import { type Bounds, type ScannedTable, scanRecords, type TableBytes } from "./scan-records.ts";

/** Where each record of a table is. */
export interface RecordIndex extends ScannedTable {
  /** The bounds of the record at a position from 0. @throws RangeError where there is none */
  boundsOf(position: number): Bounds;
}

const BLOCK_LENGTH = 64 * 1024;

/** Reads a table once and remembers 8 bytes per record. @throws the system's error */
export async function indexRecords(handle: FileHandle, table: TableBytes): Promise<RecordIndex> {
  const blocks: Float64Array[] = [];
  let count = 0;
  let end = 0;
  const scanned = await scanRecords(handle, table, (bounds) => {
    if (count % BLOCK_LENGTH === 0) blocks.push(new Float64Array(BLOCK_LENGTH));
    blocks.at(-1)![count % BLOCK_LENGTH] = bounds.start;
    count += 1;
    end = bounds.end;
  });
  const startOf = (position: number): number =>
    blocks[Math.floor(position / BLOCK_LENGTH)]![position % BLOCK_LENGTH]!;
  return {
    ...scanned,
    boundsOf(position) {
      if (!Number.isInteger(position) || position < 0 || position >= count) {
        throw new RangeError(`a table of ${count} records has none at ${position}`);
      }
      // Records follow each other without a gap.
      return {
        start: startOf(position),
        end: position + 1 < count ? startOf(position + 1) : end,
      };
    },
  };
}
