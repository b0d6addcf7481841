import { UsageError } from "../core/usage-error.ts";
import { PathTaken } from "./place-file.ts";
import type { OutputRecord, SavedBody, Sink } from "./sink.ts";

/** Saves one body; resolves when it is whole under its final name. */
export type Save = (saved: SavedBody) => Promise<{ readonly path: string }>;

/** Saves under way at once: their disk flushes overlap, memory stays bounded. */
const MOST_SAVES = 32;

/**
 * Saves the body that each record carries, then hands the record on without it; the first error stops
 * the run. So a mark tells only of rows whose files are durable; a commit does not wait for saves that
 * are under way, closing does.
 */
export function savingSink(save: Save, inner: Sink): Sink {
  let saving = 0;
  let failure: { readonly error: unknown } | undefined;
  let wake: (() => void) | undefined;

  async function roomFor(count: number): Promise<void> {
    while (saving > count && failure === undefined) {
      const woken = Promise.withResolvers<void>();
      wake = woken.resolve;
      await woken.promise;
      wake = undefined;
    }
    if (failure !== undefined) throw failure.error;
  }

  /** Saves that are under way when another has failed end too: none leaves a part of its file. */
  async function allEnded(): Promise<void> {
    while (saving > 0) {
      const woken = Promise.withResolvers<void>();
      wake = woken.resolve;
      await woken.promise;
    }
    wake = undefined;
  }

  function start(record: OutputRecord, rowNumber: number): void {
    const { saved, ...rest } = record;
    saving += 1;
    save(saved!)
      .then((file) => inner.write({ ...rest, savedAt: file.path }, rowNumber))
      .catch((error: unknown) => {
        failure ??= { error: error instanceof PathTaken ? taken(error) : error };
      })
      .finally(() => {
        saving -= 1;
        wake?.();
      });
  }

  return {
    write(record, rowNumber) {
      if (failure !== undefined) throw failure.error;
      if (record.saved === undefined) return inner.write(record, rowNumber);
      start(record, rowNumber);
      return saving > MOST_SAVES ? roomFor(MOST_SAVES) : undefined;
    },
    async commit() {
      if (failure !== undefined) throw failure.error;
      return await inner.commit();
    },
    async close() {
      await allEnded();
      if (failure !== undefined) throw failure.error;
      return await inner.close();
    },
    async [Symbol.asyncDispose]() {
      await allEnded();
      await inner[Symbol.asyncDispose]();
    },
  };
}

/** What stands in the way is not ours to judge row by row: the run stops, what it saved is whole. */
function taken(error: PathTaken): UsageError {
  return new UsageError(`${error.message}; --force overwrites`, { cause: error });
}
