import type { Journal } from "./journal.ts";

/** Notes, durably, what is about to be sent. */
export interface Intents {
  /** Resolves when it is durable that the request of this row may have left. @throws DiskError */
  readonly add: (row: number) => Promise<void>;
}

/** Intents over a journal: those that come while one commit runs share the next. */
export function createIntents(journal: Pick<Journal, "intend">): Intents {
  let waiting: number[] = [];
  let next: Promise<void> | undefined;
  let running: Promise<void> = Promise.resolve();

  async function commitAfter(before: Promise<void>): Promise<void> {
    // Whoever waited for that one hears of its failure; this one will have its own.
    await before.catch(() => {});
    running = next!;
    next = undefined;
    const rows = waiting;
    waiting = [];
    await journal.intend(rows);
  }

  return {
    add(row) {
      waiting.push(row);
      next ??= commitAfter(running);
      return next;
    },
  };
}
