import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";

import type { Row } from "../core/row.ts";
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
export const CHECKED_BYTES = 4 * 1024 * 1024;

/** An input that is open: its rows in batches, lazily, and what is known of their number. */
export interface RowSource {
  readonly name: string;
  /** Rows in all, where they were counted. */
  readonly total: number | undefined;
  readonly batches: AsyncIterable<readonly Row[]>;
}

/**
 * Opens an input. Files of up to `CHECKED_BYTES` are read and checked whole at once; larger ones and
 * streams are read as they are needed. `check` may refuse a row of an input that is checked.
 * @throws UsageError for a file that is missing, unreadable or, when checked, wrong in some line.
 */
export async function openRows(
  input: RowInput,
  check?: (row: Row, name: string) => void,
): Promise<RowSource> {
  const name = input.kind === "file" ? input.path : input.name;
  const { chunks, bytes } =
    input.kind === "file" ? await openFile(input.path) : { ...input, bytes: Infinity };
  const batches = readRows(chunks, { format: input.format, name });
  if (bytes > CHECKED_BYTES) return { name, total: undefined, batches };
  const all: (readonly Row[])[] = [];
  let total = 0;
  for await (const batch of batches) {
    if (check !== undefined) for (const row of batch) check(row, name);
    all.push(batch);
    total += batch.length;
  }
  return { name, total, batches: handOver(all) };
}

/** Gives the batches and lets go of each as it goes. */
async function* handOver(batches: (readonly Row[])[]): AsyncGenerator<readonly Row[]> {
  for (let index = 0; index < batches.length; index += 1) {
    yield batches[index]!;
    batches[index] = [];
  }
}

async function openFile(
  path: string,
): Promise<{ readonly chunks: AsyncIterable<Uint8Array>; readonly bytes: number }> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw new UsageError(`${path} is a folder, not a file`);
    // A pipe or a device has no size: it is streamed.
    const bytes = found.isFile() ? found.size : Infinity;
    return { chunks: createReadStream(path, { highWaterMark: 256 * 1024 }), bytes };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    const why = code === "ENOENT" ? "there is no such file" : (error as Error).message;
    throw new UsageError(`${path}: ${why}`);
  }
}
