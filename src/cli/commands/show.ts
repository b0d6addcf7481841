import { formatCount } from "../../formats/quantity.ts";
import { visible } from "../../formats/visible.ts";
import type { JournalStore } from "../../queue/journal-store.ts";
import { readTally } from "../../queue/run-tally.ts";
import { type FailedRow, failedRowsOf } from "../../report/failed-rows.ts";
import { readReport, reportToJson, type RunReport } from "../../report/run-report.ts";
import type { CommandLine } from "../command-line.ts";
import { isMeant } from "../only-failures.ts";
import { readJournal } from "../read-journal.ts";
import { oneRun } from "../run-arguments.ts";
import { runWord } from "../run-word.ts";
import { createValues } from "../settings.ts";
import { whole } from "../settings-limits.ts";
import { failedLines, reportLines } from "../show-lines.ts";
import { shownAs, tellLines } from "../tell-result.ts";
import { keepHeapSmall } from "../../runs/keep-heap-small.ts";
import type { Terminal } from "../terminal.ts";
import { foundRun, stepRuns } from "../which-run.ts";
import type { Again } from "../../runs/work-retry.ts";
import { readOnly } from "../only-failures.ts";

/** Failed rows that are listed unless --limit says otherwise. */
const SHOWN_ROWS = 20;

/** Rows put into one table; the columns of a longer list are measured anew for each. */
const ROWS_AT_ONCE = 1_000;

/** `fanfetch show`: what became of a run, from its journal alone; of a job step by step. */
export async function show(line: CommandLine, terminal: Terminal): Promise<number> {
  const { kind, directory } = foundRun(oneRun("show", line));
  if (kind === "run") return await showRun(directory, line, terminal);
  const isJson = shownAs(line) === "json";
  const steps = stepRuns(directory);
  if (isJson) await terminal.stdout.write("[\n");
  for (const [index, step] of steps.entries()) {
    if (index > 0) await terminal.stdout.write(isJson ? ",\n" : "\n");
    await showRun(step, line, terminal);
  }
  if (isJson) await terminal.stdout.write("]\n");
  return 0;
}

async function showRun(directory: string, line: CommandLine, terminal: Terminal): Promise<number> {
  using _heap = keepHeapSmall("many");
  const values = createValues(line);
  const only = readOnly(values.all("only"));
  const limit = whole(values, "limit", 0) ?? SHOWN_ROWS;
  await readJournal(directory, async (store) => {
    const report = readReport(store);
    const meant = countMeant(store, only);
    const shown = Math.min(limit, meant);
    const failed = failedRowsOf(store, (record) => isMeant(only, record));
    // Begun now: a log that is damaged is noticed before anything is told.
    const rows = begun(firstOf(failed, shown));
    if (shownAs(line) === "json") await tellReport(report, rows, terminal);
    else {
      await tellLines(terminal, reportLines(report));
      await tellRows(rows, terminal);
      await tellLines(terminal, endLines(report, { meant, shown }));
    }
  });
  return 0;
}

/** Failures that are meant, counted without reading the log. */
function countMeant({ database }: JournalStore, only: Again): number {
  let count = 0;
  for (const entry of readTally(database)) {
    if (entry.kind === "failed" && isMeant(only, entry)) count += entry.count;
  }
  return count;
}

/** The first rows; nothing is looked for beyond them. */
function* firstOf<T>(rows: Iterable<T>, most: number): Generator<T> {
  if (most === 0) return;
  let taken = 0;
  for (const row of rows) {
    yield row;
    taken += 1;
    if (taken === most) return;
  }
}

/** The same values, the first one made already. */
function begun<T>(values: Generator<T>): Iterable<T> {
  const first = values.next();
  return (function* () {
    if (first.done === true) return;
    yield first.value;
    yield* values;
  })();
}

async function tellRows(rows: Iterable<FailedRow>, terminal: Terminal): Promise<void> {
  const { stdout } = terminal;
  const columns = stdout.seenBy === "person" ? stdout.columns : undefined;
  let some: FailedRow[] = [];
  for (const row of rows) {
    some.push(row);
    if (some.length < ROWS_AT_ONCE) continue;
    await tellLines(terminal, ["", ...failedLines(some, columns)]);
    some = [];
  }
  if (some.length > 0) await tellLines(terminal, ["", ...failedLines(some, columns)]);
}

/** JSON with a line per failed row, written as they are read. */
async function tellReport(
  report: RunReport,
  rows: Iterable<FailedRow>,
  { stdout }: Terminal,
): Promise<void> {
  const head = JSON.stringify(reportToJson(report), undefined, 2);
  await stdout.write(`${head.slice(0, -2)},\n  "failedRows": [`);
  let before = "\n";
  for (const row of rows) {
    await stdout.write(`${before}    ${JSON.stringify(row)}`);
    before = ",\n";
  }
  await stdout.write(before === "\n" ? "]\n}\n" : "\n  ]\n}\n");
}

interface Told {
  readonly meant: number;
  readonly shown: number;
}

function endLines({ run, tally }: RunReport, { meant, shown }: Told): readonly string[] {
  const lines: string[] = [];
  if (shown < meant)
    lines.push(`and ${formatCount(meant - shown)} more; --limit ${meant} lists all`);
  if (tally.failed > 0 && meant === 0) lines.push("no failure is one of these");
  const name = visible(runWord(run.directory));
  if (run.state === "stopped" || run.state === "died") {
    lines.push(`go on with: fanfetch resume ${name}`);
  }
  if (tally.failed > 0) lines.push(`why a row failed: fanfetch explain ${name} ROW`);
  return lines.length === 0 ? [] : ["", ...lines];
}
