import { UsageError } from "../../core/usage-error.ts";
import { VERSION } from "../../engine/version.ts";
import { formatCount } from "../../formats/quantity.ts";
import { visible } from "../../formats/visible.ts";
import type { JournalStore } from "../../queue/journal-store.ts";
import type { RunIdentity } from "../../queue/run-directories.ts";
import { harText, isInHar } from "../../report/har.ts";
import { OUTCOME_COLUMNS, outcomeValues } from "../../report/outcome-columns.ts";
import { type OutcomeRow, outcomeRows } from "../../report/outcome-rows.ts";
import { outputsOf } from "../../report/run-output.ts";
import { readOverview } from "../../report/run-overview.ts";
import { isInWarc, warcRecords } from "../../report/warc.ts";
import type { ByteOutput } from "../../sinks/byte-output.ts";
import { createTableSink } from "../../sinks/table-sink.ts";
import type { CommandLine } from "../command-line.ts";
import {
  type ExportFormat,
  type ExportTarget,
  readExportTarget,
  refuseOutputs,
  writePieces,
} from "../export-file.ts";
import { readJournal } from "../read-journal.ts";
import { keptError, readKept } from "../read-kept.ts";
import { oneRun } from "../run-arguments.ts";
import { createValues } from "../settings.ts";
import { openStoredInput, type StoredInput } from "../stored-input.ts";
import { keepHeapSmall } from "../../runs/keep-heap-small.ts";
import type { Terminal } from "../terminal.ts";
import { whichRun } from "../which-run.ts";
import { HELD_LENGTH } from "../../runs/work-output.ts";
import { writeWhole } from "../whole-output.ts";

/** `fanfetch export`: the outcomes of a run in the order of its input, as a table, HAR or WARC. */
export async function exportRun(line: CommandLine, terminal: Terminal): Promise<number> {
  const values = createValues(line);
  const exists = values.has("force") ? "overwrite" : "refuse";
  const target = readExportTarget(values.last("output"), exists);
  const directory = whichRun(oneRun("export", line));
  using _heap = keepHeapSmall("many");
  try {
    return await readJournal(directory, (store) => writeExport(store, target, terminal));
  } catch (error) {
    throw keptError(error);
  }
}

async function writeExport(
  store: JournalStore,
  target: ExportTarget,
  terminal: Terminal,
): Promise<number> {
  const { format, path } = target;
  refuseOutputs(target, outputsOf(store));
  using bodies = format === "warc.gz" ? readKept(store) : undefined;
  if (format === "warc.gz" && bodies === undefined) {
    throw new UsageError("this run kept no answers; a run that is begun with --keep does");
  }
  const input = await openStoredInput(store);
  const needsUrls = format === "har" || format === "warc.gz";
  if (input.kind === "gone") {
    const why = visible(input.why);
    if (needsUrls) throw new UsageError(`.${format} needs every URL of the run, but ${why}`);
    void terminal.stderr.write(`keys, and URLs of what was answered, are left out: ${why}\n`);
  }
  let count = 0;
  async function* counted(signal: AbortSignal): AsyncGenerator<OutcomeRow> {
    for await (const row of outcomeRows(store, batchesOf(input))) {
      signal.throwIfAborted();
      if (!isExported[format](row)) continue;
      count += 1;
      yield row;
    }
  }
  const inputs = inputsOf(input);
  const { title, beganMs } = readOverview(store);
  const interrupted = await writeWhole(
    { ...target, inputs },
    async (output, signal) => {
      const rows = counted(signal);
      if (format === "har") {
        await writePieces(output, harText(rows, { version: VERSION, comment: title }));
      } else if (bodies !== undefined) {
        const run = `${store.fact<RunIdentity>("identity")?.work ?? ""} ${beganMs}`;
        const about = { version: VERSION, description: title, run, beganMs: beganMs ?? 0, bodies };
        await writePieces(output, warcRecords(rows, about));
      } else await writeTable(output, rows, format === "csv" ? "csv" : "jsonl");
    },
    { terminal },
  );
  if (interrupted !== undefined) return interrupted;
  if (path === "-") return 0;
  const outcomes = count === 1 ? "1 outcome" : `${formatCount(count)} outcomes`;
  void terminal.stderr.write(`${outcomes} → ${visible(target.name)}\n`);
  return 0;
}

/** Which outcomes have a place in an export. */
const isExported: Readonly<Record<ExportFormat, (row: OutcomeRow) => boolean>> = {
  jsonl: () => true,
  csv: () => true,
  har: isInHar,
  "warc.gz": isInWarc,
};

async function writeTable(
  output: ByteOutput,
  rows: AsyncIterable<OutcomeRow>,
  format: "csv" | "jsonl",
): Promise<void> {
  const form = { format, columns: OUTCOME_COLUMNS, mostHeldLength: HELD_LENGTH };
  await using sink = createTableSink(output, form);
  for await (const row of rows) {
    await sink.write({ columns: OUTCOME_COLUMNS, values: outcomeValues(row) }, row.record.row);
  }
  await sink.close();
}

async function* nothing(): AsyncGenerator<never> {}

function batchesOf(input: StoredInput): Parameters<typeof outcomeRows>[1] {
  return input.kind === "gone" ? nothing() : input.tasks.batches;
}

/** Files that are never written, whatever is forced. */
function inputsOf(input: StoredInput): readonly string[] {
  if (input.kind === "gone") return [];
  const { input: from } = input.settings;
  return from.kind === "urls" ? [] : [from.path];
}
