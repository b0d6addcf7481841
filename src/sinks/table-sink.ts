import type { Writable } from "node:stream";

import { type Clock, systemClock } from "../core/clock.ts";
import type { ByteOutput } from "./byte-output.ts";
import { type FileTarget, openFileOutput } from "./file-output.ts";
import { DiskError, type Mark, type OutputRecord, type Sink } from "./sink.ts";
import { createStreamOutput } from "./stream-output.ts";
import { createTableText, type TableTextOptions } from "./table-text.ts";
import { TextBuffer } from "./text-buffer.ts";

/** Where a table goes; a stream stays open for whoever owns it. */
export type TableTarget =
  | ({ readonly kind: "file" } & FileTarget)
  | { readonly kind: "stream"; readonly stream: Writable; readonly name?: string };

export interface TableSinkOptions extends TableTextOptions {
  /** @default the machine's */
  readonly clock?: Clock | undefined;
}

/**
 * Opens a table; nothing is written before its first record. A file grows under its own name and holds
 * whole records only, after a refusal of the disk too; a mark is its length. Disposed of without
 * `close`, it ends the table as it stands, or, where it took no record, leaves everything as it was.
 * @throws UsageError where the file exists, is an input or cannot be written.
 */
export async function openTableSink(target: TableTarget, options: TableSinkOptions): Promise<Sink> {
  const output =
    target.kind === "file"
      ? await openFileOutput(target)
      : createStreamOutput(target.stream, target.name ?? "the output");
  return createTableSink(output, options);
}

/** A table on an output that is open already. */
export function createTableSink(output: ByteOutput, options: TableSinkOptions): Sink {
  const text = createTableText(options);
  const buffer = new TextBuffer(output, options.clock ?? systemClock);
  let state: "untouched" | "begun" | "closed" = "untouched";
  let failure: { readonly error: unknown } | undefined;

  /** The first failure stays: a sync that failed is never tried again. */
  function fail(error: unknown): never {
    failure ??= { error };
    throw failure.error;
  }

  async function commit(): Promise<Mark> {
    if (failure !== undefined) throw failure.error;
    await buffer.flush().catch(fail);
    const { bytes } = buffer;
    await output.sync().catch(fail);
    return { bytes };
  }

  async function close(): Promise<void> {
    if (state === "closed") return;
    state = "closed";
    try {
      if (failure !== undefined) throw failure.error;
      void buffer.append(text.ending());
      await buffer.flush();
    } catch (error) {
      await salvage(error);
      fail(error);
    }
    await output.close().catch(fail);
  }

  /** The table ends where the disk stopped taking it, if it takes so much as the end. */
  async function salvage(error: unknown): Promise<void> {
    buffer.stop();
    if (error instanceof DiskError && buffer.bytes > 0) {
      await output.write(Buffer.from(text.ending())).catch(() => {});
    }
    await output.abandon();
  }

  return {
    write(record: OutputRecord, rowNumber: number) {
      if (state === "closed") throw new TypeError("nothing can be written to a closed table");
      state = "begun";
      if (failure !== undefined) throw failure.error;
      try {
        return buffer.append(text.record(record, rowNumber))?.catch(fail);
      } catch (error) {
        fail(error);
      }
    },
    commit,
    close,
    async [Symbol.asyncDispose]() {
      if (state === "untouched") {
        state = "closed";
        await output.abandon();
        return;
      }
      const told = failure;
      await close().catch((error: unknown) => {
        // Whoever heard it already is on the way out with it.
        if (told === undefined) throw error;
      });
    },
  };
}
