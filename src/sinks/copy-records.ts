import type { FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";

import { writeAll } from "./file-output.ts";
import type { RecordIndex } from "./record-index.ts";
import type { Bounds } from "./scan-records.ts";
import type { TableFormat } from "./table-text.ts";
import type { CountedBytes } from "./text-buffer.ts";

/** What is copied from where to where. */
export interface RecordCopy {
  readonly from: FileHandle;
  readonly to: FileHandle;
  readonly format: TableFormat;
  readonly index: RecordIndex;
  /** Positions from 0 of the records, in the order that they get. */
  readonly keep: Iterable<number>;
}

const CHUNK_BYTES = 256 * 1024;
const BEFORE_FIRST = Buffer.from("[\n");
const BEFORE_OTHERS = Buffer.from(",\n");
const NEWLINE = 0x0a;
const COMMA = 0x2c;

/**
 * Writes a table of records of another one, its header too, without what would end it. Neighbours that
 * stay neighbours are copied in one go. Holds 256 KiB.
 * @throws RangeError for a position without a record, and the system's errors
 */
export async function copyRecords(copy: RecordCopy): Promise<CountedBytes> {
  const { from, format, index, keep } = copy;
  const target = new Target(copy.to);
  await target.take(from, { start: 0, end: index.headerBytes });
  let before = BEFORE_FIRST;
  for (const bounds of joined(keep, index)) {
    if (format === "json") {
      await target.put(before);
      before = BEFORE_OTHERS;
      await target.take(from, await withoutSeparator(from, bounds));
    } else await target.take(from, bounds);
  }
  await target.flush();
  return { bytes: target.bytes, checksum: target.checksum };
}

function* joined(keep: Iterable<number>, index: RecordIndex): Generator<Bounds> {
  let run: Bounds | undefined;
  for (const position of keep) {
    const bounds = index.boundsOf(position);
    if (run?.end === bounds.start) run = { start: run.start, end: bounds.end };
    else {
      if (run !== undefined) yield run;
      run = bounds;
    }
  }
  if (run !== undefined) yield run;
}

/** A record of a JSON array is followed by a comma and a line break, by that alone, or by nothing. */
async function withoutSeparator(from: FileHandle, { start, end }: Bounds): Promise<Bounds> {
  const tail = Buffer.alloc(2);
  await from.read(tail, 0, 2, end - 2);
  if (tail[1] !== NEWLINE) return { start, end };
  return { start, end: tail[0] === COMMA ? end - 2 : end - 1 };
}

/** A file that is written from its beginning, in large pieces. */
class Target {
  bytes = 0;
  checksum = 0;
  readonly #to: FileHandle;
  readonly #chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  #filled = 0;

  constructor(to: FileHandle) {
    this.#to = to;
  }

  async put(bytes: Buffer): Promise<void> {
    if (this.#filled + bytes.byteLength > CHUNK_BYTES) await this.flush();
    this.#filled += bytes.copy(this.#chunk, this.#filled);
  }

  async take(from: FileHandle, { start, end }: Bounds): Promise<void> {
    for (let position = start; position < end;) {
      if (this.#filled === CHUNK_BYTES) await this.flush();
      const most = Math.min(CHUNK_BYTES - this.#filled, end - position);
      const { bytesRead } = await from.read(this.#chunk, this.#filled, most, position);
      if (bytesRead === 0) {
        throw Object.assign(new Error("it became shorter while it was read"), { code: "EIO" });
      }
      this.#filled += bytesRead;
      position += bytesRead;
    }
  }

  async flush(): Promise<void> {
    const bytes = this.#chunk.subarray(0, this.#filled);
    await writeAll(this.#to, bytes, this.bytes);
    this.checksum = crc32(bytes, this.checksum);
    this.bytes += bytes.byteLength;
    this.#filled = 0;
  }
}
