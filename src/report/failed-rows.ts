import type { FailureCode } from "../core/failure.ts";
import type { JournalStore } from "../queue/journal-store.ts";
import type { OutcomeRecord } from "../queue/outcome-record.ts";
import { detailReader } from "./detail-reader.ts";
import { recordsInOrder } from "./records-in-order.ts";

/** A failed row as `show` tells it. */
export interface FailedRow {
  readonly row: number;
  /** Without secrets. */
  readonly url: string;
  readonly code: FailureCode;
  /** Null where no answer came. */
  readonly status: number | null;
  readonly attempts: number;
  readonly message: string;
  /** When it was settled, ISO 8601. */
  readonly at: string;
}

/** The failed rows of a run that are wanted, in the order of the input. @throws JournalError */
export function* failedRowsOf(
  store: JournalStore,
  isWanted: (record: OutcomeRecord) => boolean,
): Generator<FailedRow> {
  const detailOf = detailReader(store);
  for (const record of recordsInOrder(store)) {
    if (record.kind !== "failed" || record.code === undefined || !isWanted(record)) continue;
    const { row, code, status, attempts, atMs } = record;
    const { url = "", message = "" } = detailOf(row) ?? {};
    yield {
      ...{ row, url, code },
      status: status === 0 ? null : status,
      ...{ attempts, message },
      at: new Date(atMs).toISOString(),
    };
  }
}
