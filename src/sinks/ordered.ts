import type { HeldRecord, Mark, MarkOptions, OutputRecord, Sink } from "./sink.ts";

/** A sink that gives records on in the order of their rows. */
export interface OrderedSink extends Sink {
  /** The row whose record all later ones wait for: who starts work far beyond it fills the memory. */
  readonly oldestMissing: number;
  /** Records held back. */
  readonly held: number;
}

/** Where the order begins: at the first row, or where an earlier run stopped. */
export interface OrderedOptions extends MarkOptions {
  /** The first row that `sink` does not have; none before it comes again. @default 1 */
  readonly next?: number | undefined;
  /** Records that waited when the earlier run stopped, in any order. @default none */
  readonly held?: Iterable<HeldRecord> | undefined;
  /** Makes of a record one that takes less memory, where many are held back. @default none does */
  readonly pack?: ((record: OutputRecord) => OutputRecord) | undefined;
}

/** So many records are held as they came. */
const MOST_UNPACKED = 1_000;

/**
 * Restores the order of the rows before `sink`: records may come in any order, each row once. What is
 * held back when it is closed or disposed of, since rows before never came, is written in order then;
 * the mark of such an end stands before that, so that a run that goes on restores the order. Closes
 * `sink` with itself.
 * @throws RangeError at `write` for a row that had its record.
 */
export function ordered(sink: Sink, options: OrderedOptions = {}): OrderedSink {
  const waiting = new Map<number, OutputRecord>();
  const { pack = (record: OutputRecord) => record } = options;
  /** Rows that had to wait since the last mark; some may have had their turn. */
  let waited: number[] = [];
  let next = options.next ?? 1;
  let passing: Promise<void> | undefined;
  let ended: Promise<Mark> | undefined;
  let state: "open" | "failed" | "closed" = "open";
  for (const { row, record } of options.held ?? []) waiting.set(row, record);

  function fail(error: unknown): never {
    if (state === "open") state = "failed";
    throw error;
  }

  /** Passes on all whose turn has come; a promise only where the sink gave one. */
  function pass(): Promise<void> | void {
    while (true) {
      const record = waiting.get(next);
      if (record === undefined) return;
      waiting.delete(next);
      next += 1;
      const written = sink.write(record, next - 1);
      if (written !== undefined) return written.then(pass);
    }
  }

  /** One at a time: while the sink is behind, others only leave their record. */
  function passInTurn(): Promise<void> | void {
    if (passing !== undefined) return passing;
    const passed = pass();
    if (passed === undefined) return;
    passing = passed.finally(() => {
      passing = undefined;
    });
    return passing;
  }

  async function passRest(): Promise<void> {
    await passing;
    for (const row of [...waiting.keys()].sort((one, other) => one - other)) {
      next = row;
      await pass();
    }
  }

  /** The sink's mark and, as they are now, those who came since the last one and wait. */
  async function commit(): Promise<Mark> {
    const held: HeldRecord[] = [];
    for (const row of waited) {
      const record = waiting.get(row);
      if (record !== undefined) held.push({ row, record });
    }
    waited = [];
    const mark = await sink.commit();
    return { ...mark, held: [...mark.held, ...held] };
  }

  /** The last mark, where it is not the one that closing the sink gives. */
  async function passAll(): Promise<Mark | undefined> {
    await passInTurn();
    const mark = waiting.size > 0 && options.marks === "kept" ? await commit() : undefined;
    await passRest();
    return mark;
  }

  async function end(): Promise<Mark> {
    state = "closed";
    let last: Mark | undefined;
    try {
      last = await passAll();
    } catch (error) {
      await sink[Symbol.asyncDispose]();
      throw error;
    }
    const mark = await sink.close();
    return last ?? mark;
  }

  return {
    get oldestMissing() {
      return next;
    },
    get held() {
      return waiting.size;
    },
    write(record, rowNumber) {
      if (rowNumber < next || waiting.has(rowNumber)) {
        throw new RangeError(`row ${rowNumber} had its record`);
      }
      const isMany = waiting.size >= MOST_UNPACKED && rowNumber !== next;
      waiting.set(rowNumber, isMany ? pack(record) : record);
      try {
        const passed = passInTurn();
        if (options.marks === "kept" && waiting.has(rowNumber)) waited.push(rowNumber);
        return passed?.catch(fail);
      } catch (error) {
        fail(error);
      }
    },
    commit,
    close: () => (ended ??= end()),
    async [Symbol.asyncDispose]() {
      await using _sink = sink;
      // After a failure that was heard there is nowhere to write to.
      if (state === "open") await passRest();
      state = "closed";
    },
  };
}
