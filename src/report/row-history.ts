import type { JournalStore } from "../queue/journal-store.ts";
import type { OutcomeDetail } from "../queue/outcome-detail.ts";
import type { OutcomeRecord } from "../queue/outcome-record.ts";
import { detailReader } from "./detail-reader.ts";
import { recordsOfRow } from "./records-in-order.ts";
import { rowsInDoubt } from "./rows-in-doubt.ts";
import { readOverview, type RunState } from "./run-overview.ts";

/** What became of a row. `in doubt`: it may have been sent, and must not be sent twice. */
export type RowState = "answered" | "failed" | "skipped" | "owed" | "on its way" | "in doubt";

/** All that a journal tells of one row. */
export interface RowHistory {
  readonly row: number;
  readonly state: RowState;
  readonly run: RunState;
  /** The outcome; undefined where it is owed. */
  readonly record: OutcomeRecord | undefined;
  readonly detail: OutcomeDetail | undefined;
  readonly origin: string | undefined;
  /** Outcomes that were taken back, the earliest first. */
  readonly earlier: readonly OutcomeRecord[];
  /** Whether its record waits for those of rows before it. */
  readonly waits: boolean;
}

/** Reads the history of a row. @throws JournalError */
export function readRowHistory(store: JournalStore, row: number): RowHistory {
  const history = [...recordsOfRow(store, row)];
  const last = history.at(-1);
  const record = last?.kind === "owed" ? undefined : last;
  const { state: run } = readOverview(store);
  const held = store.database.prepare("SELECT 1 FROM held WHERE row = ?").get(row);
  return {
    row,
    run,
    state: stateOf(store, { row, run, record }),
    record,
    detail: record === undefined ? undefined : detailReader(store)(row),
    origin: record === undefined ? undefined : store.hosts()[record.host],
    earlier: history.filter((one) => one !== record && one.kind !== "owed"),
    waits: held !== undefined,
  };
}

function stateOf(
  store: JournalStore,
  { row, run, record }: Pick<RowHistory, "row" | "run" | "record">,
): RowState {
  if (record !== undefined && record.kind !== "owed") return record.kind;
  if (!rowsInDoubt(store).includes(row)) return "owed";
  return run === "running" ? "on its way" : "in doubt";
}
