import { openTableSink } from "../sinks/table-sink.ts";
import type { WorkSettings } from "./work-settings.ts";
import { sortTable, standingOf } from "./work-retry.ts";
import type { WorkRun } from "./work-run.ts";

/** Once a run in the order of its input has ended, what a retry appended goes where it belongs. */
export async function endOrder(
  { journal, table, order }: WorkRun,
  settings: WorkSettings,
): Promise<void> {
  if (order !== "appended" || table === undefined || table.holds === "items") return;
  const { path, format } = table;
  if (format === "warc") return;
  await sortTable(journal, { path, format });
  // Opened and closed again, it gets its ending.
  const target = { kind: "file" as const, path, exists: "overwrite" as const };
  const standing = standingOf(journal);
  const csv = settings.output.csvCells;
  await (await openTableSink({ ...target, standing }, { format, csv })).close();
}
