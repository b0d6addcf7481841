import { createHorizon } from "./horizon.ts";
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
  const ahead = createHorizon(horizon);
  return {
    async *lease() {
      for await (const batch of tasks) {
        const last = batch.at(-1);
        if (last === undefined) continue;
        await ahead.reach(last.row.number);
        yield batch;
      }
    },
    settle({ row }) {
      ahead.settled(row.number);
    },
  };
}
