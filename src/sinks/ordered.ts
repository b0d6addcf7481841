import type { OutputRecord, Sink } from "./sink.ts";

/** A sink that gives records on in the order of their rows. */
export interface OrderedSink extends Sink {
  /** The row whose record all later ones wait for: who starts work far beyond it fills the memory. */
  readonly oldestMissing: number;
  /** Records held back. */
  readonly held: number;
}

/**
 * Restores the order of the rows before `sink`: records may come in any order, each row from 1 on
 * once. What is held back when it is closed or disposed of, since rows before never came, is written
 * in order then. A mark tells only of records passed on. Closes `sink` with itself.
 * @throws RangeError at `write` for a row that had its record.
 */
export function ordered(sink: Sink): OrderedSink {
  const waiting = new Map<number, OutputRecord>();
  let next = 1;
  let passing: Promise<void> | undefined;
  let state: "open" | "failed" | "closed" = "open";

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
      waiting.set(rowNumber, record);
      try {
        return passInTurn()?.catch(fail);
      } catch (error) {
        fail(error);
      }
    },
    async commit() {
      await passing;
      return sink.commit();
    },
    async close() {
      if (state === "closed") return;
      state = "closed";
      try {
        await passRest();
      } catch (error) {
        await sink[Symbol.asyncDispose]();
        throw error;
      }
      await sink.close();
    },
    async [Symbol.asyncDispose]() {
      await using _sink = sink;
      // After a failure that was heard there is nowhere to write to.
      if (state === "open") await passRest();
      state = "closed";
    },
  };
}
