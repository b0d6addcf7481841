import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";

import type { Row } from "../core/row.ts";
import { systemWords } from "../core/disk-error.ts";
import { UsageError } from "../core/usage-error.ts";
import { readRows, type RowFormat } from "../formats/row-format.ts";

/** Where rows come from. */
export type RowInput =
  | { readonly kind: "file"; readonly path: string; readonly format: RowFormat }
  | {
      readonly kind: "stream";
      readonly name: string;
      readonly chunks: AsyncIterable<Uint8Array>;
      readonly format: RowFormat;
    };

/** A file up to this size is read to its end before anything is sent, so that a bad line costs nothing. */
export const CHECKED_BYTES = 32 * 1024 * 1024;

/** Rows of a file up to this size are kept from that first reading; a larger one is read again. */
const KEPT_BYTES = 1024 * 1024;

/** An input that is open: its rows in batches, lazily, and what is known of their number. */
export interface RowSource {
  readonly name: string;
  /** Rows in all, where they were counted. */
  readonly total: number | undefined;
  readonly batches: AsyncIterable<readonly Row[]>;
}

/**
 * Opens an input. Files of up to `CHECKED_BYTES` are read to their end at once, so that they are
 * counted and each line is known to be good; larger ones and streams are read as they are needed.
 * `check` may refuse a row of an input that is checked.
 * @throws UsageError for a file that is missing, unreadable or, when checked, wrong in some line.
 */
export async function openRows(
  input: RowInput,
  check?: (row: Row, name: string) => void,
): Promise<RowSource> {
  if (input.kind === "stream") {
    const { name, chunks, format } = input;
    return { name, total: undefined, batches: readRows(chunks, { format, name }) };
  }
  const { path: name, format } = input;
  const bytes = await sizeOf(name);
  const read = (): AsyncIterable<readonly Row[]> => readRows(chunksOf(name), { format, name });
  if (bytes > CHECKED_BYTES) return { name, total: undefined, batches: read() };
  const kept: (readonly Row[])[] = [];
  let total = 0;
  for await (const batch of read()) {
    if (check !== undefined) for (const row of batch) check(row, name);
    if (bytes <= KEPT_BYTES) kept.push(batch);
    total += batch.length;
  }
  return { name, total, batches: bytes <= KEPT_BYTES ? handOver(kept) : read() };
}

/** Small enough that the rows of one chunk do not hold up those under way. */
const CHUNK_BYTES = 64 * 1024;

/** The bytes of a file. @throws UsageError where it cannot be read, on its way too: a bad disk, a share that went away */
async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: CHUNK_BYTES });
  } catch (error) {
    throw cannotRead(path, error);
  }
}

/** Gives the batches and lets go of each as it goes. */
async function* handOver(batches: (readonly Row[])[]): AsyncGenerator<readonly Row[]> {
  for (let index = 0; index < batches.length; index += 1) {
    yield batches[index]!;
    batches[index] = [];
  }
}

/** Bytes of a file; endless for a pipe or a device, which can be read only once. */
async function sizeOf(path: string): Promise<number> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw new UsageError(`${path} is a folder, not a file`);
    return found.isFile() ? found.size : Number.POSITIVE_INFINITY;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw cannotRead(path, error);
  }
}

/** An input that cannot be read, in one sentence. */
export function cannotRead(path: string, error: unknown): UsageError {
  const fault = error as NodeJS.ErrnoException;
  if (fault.code === "EISDIR") return new UsageError(`${path} is a folder, not a file`);
  const why = fault.code === "ENOENT" ? "there is no such file" : systemWords(fault);
  return new UsageError(`${path}: ${why}`, { cause: error });
}
