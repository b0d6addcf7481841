import type { Queue, Task } from "./queue.ts";

/** How far the queue runs ahead. */
export interface MemoryQueueOptions {
  /**
   * Rows given out beyond the oldest one still owed, so that whoever restores the order of the input
   * holds at most so many records. @default unbounded
   */
  readonly horizon?: number;
}

/** A queue that forgets with the process: leases what its source yields, once. */
export function createMemoryQueue(
  tasks: AsyncIterable<readonly Task[]>,
  { horizon = Number.POSITIVE_INFINITY }: MemoryQueueOptions = {},
): Queue {
  const settled = new Set<number>();
  let oldestOwed = 1;
  let wake: (() => void) | undefined;

  return {
    async *lease() {
      for await (const batch of tasks) {
        const last = batch.at(-1);
        if (last === undefined) continue;
        while (last.row.number - oldestOwed > horizon) {
          const woken = Promise.withResolvers<void>();
          wake = woken.resolve;
          await woken.promise;
          wake = undefined;
        }
        yield batch;
      }
    },
    settle({ row }) {
      if (horizon === Number.POSITIVE_INFINITY) return;
      settled.add(row.number);
      while (settled.delete(oldestOwed)) oldestOwed += 1;
      wake?.();
    },
  };
}
