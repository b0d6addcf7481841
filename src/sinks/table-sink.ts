import type { Writable } from "node:stream";

import { type Clock, systemClock } from "../core/clock.ts";
import type { ByteOutput } from "./byte-output.ts";
import { type FileTarget, openFileOutput } from "./file-output.ts";
import { DiskError } from "../core/disk-error.ts";
import type { Mark, MarkOptions, OutputRecord, Sink, Standing } from "./sink.ts";
import { SinkLife } from "./sink-life.ts";
import { createStreamOutput } from "./stream-output.ts";
import { createTableText, type TableTextOptions } from "./table-text.ts";
import { TextBuffer } from "./text-buffer.ts";

/** Where a table goes; a stream stays open for whoever owns it. */
export type TableTarget =
  | ({ readonly kind: "file" } & FileTarget)
  | { readonly kind: "stream"; readonly stream: Writable; readonly name?: string };

export interface TableSinkOptions extends TableTextOptions, MarkOptions {
  /** @default the machine's */
  readonly clock?: Clock | undefined;
}

/** How a table begins on an output that is open already. */
export interface OpenTableOptions extends TableSinkOptions {
  /** What the output holds of the table. @default nothing */
  readonly standing?: Standing | undefined;
  /**
   * Characters held at most before the caller waits: few where records come faster than they are written
   * and the caller has nothing else to do. @default 1 MiB of them
   */
  readonly mostHeldLength?: number | undefined;
}

/** A mark, and what the output has then. */
type Cut = readonly [mark: Mark, bytes: number];

/** Of an output without a byte. */
const NOTHING: Standing = { bytes: 0, checksum: 0, columns: undefined };

/**
 * Opens a table; nothing is written before its first record. A file grows under its own name and holds
 * whole records only, after a refusal of the disk too. With a standing it goes on from there, whether
 * or not the table had been ended. Disposed of without `close`, it ends the table as it stands, or,
 * where it is new and took no record, leaves everything as it was.
 * @throws UsageError where the file exists, is an input, is not as its standing tells, or its name is wrong.
 * @throws DiskError where the disk refuses.
 */
export async function openTableSink(target: TableTarget, options: TableSinkOptions): Promise<Sink> {
  if (target.kind === "stream") {
    return createTableSink(createStreamOutput(target.stream, target.name ?? "the output"), options);
  }
  const { standing } = target;
  return createTableSink(await openFileOutput(target), { ...options, standing });
}

/** A table on an output that is open already. */
export function createTableSink(output: ByteOutput, options: OpenTableOptions): Sink {
  const { clock = systemClock, marks = "none", standing = NOTHING, mostHeldLength } = options;
  const text = createTableText(options, standing);
  const buffer = new TextBuffer(output, clock, { before: standing, mostHeldLength });
  const life = new SinkLife({ name: "table", output, standing, end });
  const fail: (error: unknown) => never = (error) => life.fail(error);
  let rows: number[] = [];
  let committed: Promise<unknown> = Promise.resolve();
  /** While the items of a row are being written: no mark stands between them. */
  let isFilling = false;
  /** Marks that wait for the end of that row. */
  let cutters: PromiseWithResolvers<Cut>[] = [];

  /** Everything taken until now, and where the output stands once it has that. */
  function cut(): Cut {
    const counted = buffer.cut();
    const columns = text.columns;
    const mark: Mark = {
      rows,
      standing: output.kind === "file" ? { ...counted, columns } : undefined,
      held: [],
    };
    rows = [];
    return [mark, counted.bytes];
  }

  /** The same at once, or once the row is whole. */
  function cutWhole(): Promise<Cut> | Cut {
    if (!isFilling) return cut();
    const cutter = Promise.withResolvers<Cut>();
    cutters.push(cutter);
    return cutter.promise;
  }

  async function makeDurable(before: Promise<unknown>, made: Promise<Cut> | Cut): Promise<Mark> {
    const [mark, position] = await made;
    await before;
    life.throwFailure();
    await buffer.reach(position).catch(fail);
    await output.sync().catch(fail);
    return mark;
  }

  /** Writes the items of a row; waits where they are more than the output takes at once. */
  function writeItems(all: Iterable<OutputRecord>, row: number): Promise<void> | void {
    const items = Iterator.from(all);
    for (let next = items.next(); next.done !== true; next = items.next()) {
      const waiting = buffer.append(text.record(next.value, row));
      if (waiting !== undefined) return writeRest(waiting, items, row);
    }
    taken(row);
  }

  async function writeRest(
    written: Promise<void>,
    items: Iterable<OutputRecord>,
    row: number,
  ): Promise<void> {
    isFilling = true;
    try {
      await written;
      for (const item of items) await buffer.append(text.record(item, row));
      taken(row);
    } catch (error) {
      fail(error);
    } finally {
      isFilling = false;
      const due = cutters;
      cutters = [];
      for (const one of due) {
        if (life.failure === undefined) one.resolve(cut());
        else one.reject(life.failure.error);
      }
    }
  }

  function taken(row: number): void {
    if (marks === "kept") rows.push(row);
  }

  async function commit(): Promise<Mark> {
    life.throwFailure();
    const durable = makeDurable(committed, cutWhole());
    // The next one learns of a failure by itself.
    committed = durable.catch(() => {});
    return await durable;
  }

  async function end(): Promise<Mark> {
    let mark: Mark;
    try {
      life.throwFailure();
      [mark] = await cutWhole();
      void buffer.append(text.ending());
      await buffer.flush();
      await committed;
      life.throwFailure();
    } catch (error) {
      await committed;
      await salvage(error);
      fail(error);
    }
    await output.close().catch(fail);
    return mark;
  }

  /** The table ends where the disk stopped taking it, if it takes so much as the end. */
  async function salvage(error: unknown): Promise<void> {
    await buffer.flush().catch(() => {});
    if (error instanceof DiskError && buffer.written > 0) {
      await output.write(Buffer.from(text.ending())).catch(() => {});
    }
    await output.abandon();
  }

  return {
    write(record, rowNumber) {
      life.begin();
      try {
        if (record.items !== undefined) return writeItems(record.items, rowNumber);
        const waiting = buffer.append(text.record(record, rowNumber));
        taken(rowNumber);
        return waiting?.catch(fail);
      } catch (error) {
        fail(error);
      }
    },
    commit,
    close: () => life.close(),
    [Symbol.asyncDispose]: () => life[Symbol.asyncDispose](),
  };
}
