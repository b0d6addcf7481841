import { stringifyJson } from "../formats/json.ts";
import { createDurableQueue } from "../queue/durable-queue.ts";
import { createMemoryQueue } from "../queue/memory-queue.ts";
import type { Queue } from "../queue/queue.ts";
import type { WorkOutput } from "./work-output.ts";
import type { WorkRun } from "./work-run.ts";

/** The queue of a run and how its last outcomes are made durable. */
export interface WorkQueue {
  readonly queue: Queue;
  /** Once the sink is closed. @throws DiskError */
  flush(): Promise<void>;
}

/** What decides which queue it is. */
export interface WorkQueueOptions {
  readonly durable: WorkRun | undefined;
  readonly counters: () => string;
}

/** The journal's queue where there is a journal, else the one in memory. */
export function openQueue(output: WorkOutput, { durable, counters }: WorkQueueOptions): WorkQueue {
  const { batches, horizon, sink } = output;
  if (durable === undefined) {
    return { queue: createMemoryQueue(batches, horizon), flush: async () => {} };
  }
  const queue = createDurableQueue(batches, {
    ...horizon,
    journal: durable.journal,
    counters,
    saves: output.saves,
    async commitOutput() {
      const { rows, standing, held } = await sink.commit();
      return {
        rows,
        standing,
        held: held.map(({ row, record }) => ({
          row,
          text: stringifyJson([record.columns, record.values]),
        })),
      };
    },
  });
  return { queue, flush: () => queue.flush() };
}
