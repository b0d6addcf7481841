import { existsSync, readFileSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { Outcome } from "../core/outcome.ts";
import { cell, type Row } from "../core/row.ts";
import type { CompiledStep } from "../jobs/compile-step.ts";
import { keptOutcome } from "../jobs/kept-outcome.ts";
import { itemsOfStep } from "../jobs/step-items.ts";
import { readKeptAnswers } from "../queue/kept-reader.ts";
import { outcomeRows } from "../report/outcome-rows.ts";
import { replaceFileSync } from "../queue/replace-file.ts";
import type { Sink } from "../sinks/sink.ts";
import { createTableSink } from "../sinks/table-sink.ts";
import { openWholeFile } from "../sinks/whole-file.ts";
import { STEP_FILES } from "./job-run.ts";
import { keepHeapSmall } from "./keep-heap-small.ts";
import type { WorkSettings } from "./work-settings.ts";
import { type Generation, generationOf, generationsIn } from "./row-generations.ts";
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

/**
 * Writes the rows that a step gives to others, unless they are those of as many answers: whole, or not at
 * all. @throws DiskError
 */
export async function writeRows(ended: EndedStep, path: string): Promise<void> {
  const { answered } = ended;
  const told = join(dirname(path), STEP_FILES.rowsNote);
  if (existsSync(path) && readTold(told).answered === answered) return;
  await removeParts(dirname(path));
  using _heap = ended.settings.v8 === "tuned" ? keepHeapSmall("many") : undefined;
  await using file = await openWholeFile({ path, exists: "overwrite" });
  await using sink = createTableSink(file.output, { format: "jsonl", csv: "verbatim" });
  await fill(sink, readItems(ended));
  await file.place();
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

async function fill(sink: Sink, rows: AsyncIterable<Row>): Promise<void> {
  let number = 0;
  for await (const { columns, values } of rows) {
    number += 1;
    const waiting = sink.write({ columns, values }, number);
    if (waiting !== undefined) await waiting;
  }
  await sink.close();
}

/**
 * The rows that a step gives to others, read from what was kept of its answers, in the order of the rows;
 * those of a retry come last. @throws UsageError
 */
export async function* readItems(ended: EndedStep): AsyncGenerator<Row> {
  const { rowsOf } = itemsOfStep(ended.step);
  const generations = generationsOf(ended.directory);
  const generationOfRow = generationOf(generations);
  for (let generation = 0; generation <= generations.length; generation += 1) {
    for await (const { row, outcome } of readOutcomes(ended)) {
      if (outcome.kind !== "answered" || generationOfRow(row.number) !== generation) continue;
      // Of what a crawl has fetched only pages are read.
      const isRead = ended.settings.crawl === undefined || cell(row, "kind") === "page";
      if (isRead) yield* rowsOf(row, outcome.response);
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
