import { existsSync, readFileSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { Outcome } from "../core/outcome.ts";
import { cell, type Row } from "../core/row.ts";
import type { CompiledStep } from "../jobs/compile-step.ts";
import { keptOutcome } from "../jobs/kept-outcome.ts";
import { itemsOfStep, type StepItems } from "../jobs/step-items.ts";
import { readKeptAnswers } from "../queue/kept-reader.ts";
import { outcomeRows } from "../report/outcome-rows.ts";
import { replaceFileSync } from "../queue/replace-file.ts";
import type { Sink } from "../sinks/sink.ts";
import { createTableSink, openTableSink } from "../sinks/table-sink.ts";
import { openWholeFile } from "../sinks/whole-file.ts";
import { keepHeapSmall } from "./keep-heap-small.ts";
import type { WorkSettings } from "./work-settings.ts";
import { type Generation, generationOf, generationsIn } from "./row-generations.ts";
import type { RecordFormat } from "./output-settings.ts";
import { openToRead } from "./open-to-read.ts";
import { openStoredTasks } from "./work-tasks.ts";

/** A step that has ended, and what it kept. */
export interface EndedStep {
  readonly step: CompiledStep;
  readonly settings: WorkSettings;
  /** Of its run. */
  readonly directory: string;
  /** How many rows it has answers for; unknown where it is only read. */
  readonly answered?: number;
}

/** Where the items of a step's answers go. */
export interface ItemTarget {
  /** Absolute, or `-` for stdout. */
  readonly path: string;
  readonly format: RecordFormat;
  readonly csv: "formula-safe" | "verbatim";
}

/**
 * Writes the rows that a step gives to others, unless they are those of as many answers: whole, or not at
 * all. @throws DiskError
 */
export async function writeRows(ended: EndedStep, path: string): Promise<void> {
  const { answered } = ended;
  const told = join(dirname(path), "rows.json");
  if (existsSync(path) && readTold(told).answered === answered) return;
  await removeParts(dirname(path));
  const target = { path, format: "jsonl", csv: "verbatim" } as const;
  await writeItems(ended, target, (items) => items.rowsOf);
  replaceFileSync(told, `${JSON.stringify({ answered })}\n`);
}

/** What is told of a file that a step has written, beside its run; nothing where nothing is. */
export function readTold(path: string): { readonly path?: unknown; readonly answered?: unknown } {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as object;
  } catch {
    return {};
  }
}

/** Removes what a kill left of files in the directory of a step's run; nobody else writes there. */
export async function removeParts(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.endsWith(".part")) await rm(join(folder, name), { force: true });
  }
}

/** Writes a record for each item of a step's answers: a file whole, or not at all. @throws DiskError, ClosedPipe */
export async function writeRecords(ended: EndedStep, target: ItemTarget): Promise<void> {
  await writeItems(ended, target, (items) => items.recordsOf);
}

/** Counts the records of a step's items, without writing them. */
export async function countItems(ended: EndedStep): Promise<number> {
  let count = 0;
  for await (const _row of itemsOf(ended, (items) => items.recordsOf)) count += 1;
  return count;
}

async function writeItems(
  ended: EndedStep,
  { path, format, csv }: ItemTarget,
  read: (items: StepItems) => StepItems["rowsOf"],
): Promise<void> {
  using _heap = ended.settings.v8 === "tuned" ? keepHeapSmall("many") : undefined;
  if (path === "-") {
    const stream = { kind: "stream", stream: process.stdout } as const;
    await using sink = await openTableSink(stream, { format, csv });
    await fill(sink, itemsOf(ended, read));
    return;
  }
  await using file = await openWholeFile({ path, exists: "overwrite" });
  await using sink = createTableSink(file.output, { format, csv });
  await fill(sink, itemsOf(ended, read));
  await file.place();
}

async function fill(sink: Sink, rows: AsyncIterable<Row>): Promise<void> {
  let number = 0;
  for await (const { columns, values } of rows) {
    number += 1;
    const waiting = sink.write({ columns, values }, number);
    if (waiting !== undefined) await waiting;
  }
  await sink.close();
}

/** The rows that a step gives to others, read from what was kept of its answers. @throws UsageError */
export function readItems(ended: EndedStep): AsyncGenerator<Row> {
  return itemsOf(ended, (items) => items.rowsOf);
}

/** The items of all answers that were kept, in the order of the rows; those of a retry come last. */
async function* itemsOf(
  ended: EndedStep,
  read: (items: StepItems) => StepItems["rowsOf"],
): AsyncGenerator<Row> {
  const toRows = read(itemsOfStep(ended.step));
  const generations = generationsOf(ended.directory);
  const generationOfRow = generationOf(generations);
  for (let generation = 0; generation <= generations.length; generation += 1) {
    for await (const { row, outcome } of readOutcomes(ended)) {
      if (outcome.kind !== "answered" || generationOfRow(row.number) !== generation) continue;
      // Of what a crawl has fetched only pages are read.
      const isRead = ended.settings.crawl === undefined || cell(row, "kind") === "page";
      if (isRead) yield* toRows(row, outcome.response);
    }
  }
}

function generationsOf(directory: string): readonly Generation[] {
  using store = openToRead(directory);
  return generationsIn(store);
}

/**
 * What became of each row of a step, with the answers as far as they were kept, in the order of the rows.
 * @throws UsageError
 */
export async function* readOutcomes({
  settings,
  directory,
}: EndedStep): AsyncGenerator<{ readonly row: Row; readonly outcome: Outcome }> {
  const { batches } = await openStoredTasks(settings, directory);
  using store = openToRead(directory);
  using kept = readKeptAnswers(store.database, directory);
  for await (const { record, detail, task } of outcomeRows(store, batches)) {
    if (task === undefined) continue;
    // What an expression could not read is no answer here.
    const isRead = record.kept !== 0 && record.code !== "E_PARSE";
    const body = isRead ? kept?.get(record.kept) : undefined;
    yield { row: task.row, outcome: keptOutcome(task, { record, detail, body }) };
  }
}
