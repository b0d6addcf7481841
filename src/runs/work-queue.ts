import { stringifyJson } from "../formats/json.ts";
import { createDurableQueue, type Written } from "../queue/durable-queue.ts";
import { createMemoryQueue } from "../queue/memory-queue.ts";
import type { Queue } from "../queue/queue.ts";
import { heldParts } from "./held-record.ts";
import type { Mark } from "../sinks/sink.ts";
import type { WorkOutput } from "./work-output.ts";
import type { WorkRun } from "./work-run.ts";

/** The queue of a run and how its last outcomes are made durable. */
export interface WorkQueue {
  readonly queue: Queue;
  /** Closes the sink and makes durable the last outcomes and how the run ended. @throws DiskError */
  close(reason: string): Promise<void>;
}

/** What decides which queue it is. */
export interface WorkQueueOptions {
  readonly durable: WorkRun | undefined;
  /** Whether an input that came to an end was read whole. @default always */
  readonly isWhole?: (() => boolean) | undefined;
  readonly counters: () => string;
}

/** The journal's queue where there is a journal, else the one in memory. */
export function openQueue(
  output: WorkOutput,
  { durable, counters, isWhole }: WorkQueueOptions,
): WorkQueue {
  const { batches, horizon, sink } = output;
  if (durable === undefined) {
    const queue = createMemoryQueue(batches, horizon);
    return { queue, close: async () => void (await sink.close()) };
  }
  const queue = createDurableQueue(batches, {
    ...horizon,
    journal: durable.journal,
    counters,
    isWhole,
    keeps: output.keeps,
    commitOutput: async () => writtenBy(await sink.commit()),
  });
  return {
    queue,
    close: (reason) => queue.close(async () => writtenBy(await sink.close()), reason),
  };
}

/** A mark as the journal keeps it. */
function writtenBy({ rows, standing, held }: Mark): Written {
  const kept = held.map(({ row, record }) => ({
    row,
    text: stringifyJson(heldParts(record)),
  }));
  return { rows, standing, held: kept };
}
