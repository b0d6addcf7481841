import type { JournalStore } from "../queue/journal-store.ts";
import type { OutcomeDetail } from "../queue/outcome-detail.ts";
import type { OutcomeRecord } from "../queue/outcome-record.ts";
import type { Task } from "../queue/queue.ts";
import { detailsInOrder } from "./detail-reader.ts";
import { recordsInOrder } from "./records-in-order.ts";

/** A row that has its outcome, with all that is known of it. */
export interface OutcomeRow {
  readonly record: OutcomeRecord;
  readonly detail: OutcomeDetail | undefined;
  /** Undefined where the input cannot be read again. */
  readonly task: Task | undefined;
}

/**
 * The outcomes of a run in the order of its input, each with its request made again; `batches` are all
 * tasks of the input, none where it cannot be read.
 * @throws JournalError, and UsageError where the input becomes unreadable on its way.
 */
export async function* outcomeRows(
  store: JournalStore,
  batches: AsyncIterable<readonly Task[]>,
): AsyncGenerator<OutcomeRow> {
  const detailOf = detailsInOrder(store);
  const records = recordsInOrder(store);
  const rowOf = (record: OutcomeRecord, task: Task | undefined): OutcomeRow => ({
    record,
    detail: detailOf(record.row),
    task,
  });
  let next = records.next();
  for await (const batch of batches) {
    for (const task of batch) {
      if (next.done === true) return;
      if (next.value.row !== task.row.number) continue;
      yield rowOf(next.value, task);
      next = records.next();
    }
  }
  for (; next.done !== true; next = records.next()) yield rowOf(next.value, undefined);
}
