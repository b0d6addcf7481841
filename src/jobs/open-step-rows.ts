import { HookError } from "../core/hook-error.ts";
import { plainRow, type Row } from "../core/row.ts";
import { peekColumns } from "../sources/row-requests.ts";
import { openRows, type RowSource } from "../sources/row-source.ts";
import type { CompiledStep } from "./compile-step.ts";
import { NO_ROW } from "./step-requests.ts";
import { inlineRows, joinRows, type ParentRows } from "./step-rows.ts";

/** The rows of a step, and the columns that they have as far as the first ones show. */
export interface StepRows extends RowSource {
  readonly columns: readonly string[];
  /** What the step's filter threw for a row, which is not left out. */
  readonly faultOf: (row: Row) => HookError | undefined;
}

/** Rows of several parents are handed on this many at a time. */
const SLICE = 256;

/**
 * Opens the rows of a step: one for a step without any, those of its table, or those that its parents
 * gave, in the JSONL files that `fileOf` names. Rows that the step's filter leaves out are not counted:
 * the others are numbered from 1 without a gap. Rows of several parents are held in memory.
 * @throws UsageError for a file that cannot be read, or is no table
 */
export async function openStepRows(
  step: CompiledStep,
  fileOf: (parent: string) => string,
): Promise<StepRows> {
  const opened = await openAll(step, fileOf);
  const { filter } = step;
  const faults = new WeakMap<Row, HookError>();
  const source =
    filter === undefined
      ? opened
      : { ...opened, total: undefined, batches: filtered(opened.batches, { filter, faults }) };
  const { columns = [], source: peeked } = await peekColumns(source);
  return { ...peeked, columns, faultOf: (row) => faults.get(row) };
}

async function openAll(
  { id, step, table, parents }: CompiledStep,
  fileOf: (parent: string) => string,
): Promise<RowSource> {
  const [parent] = parents.ids;
  if (parents.kind === "one") {
    return await openRows({ kind: "file", path: fileOf(parent!), format: "jsonl" });
  }
  if (parents.kind !== "none") {
    const all: ParentRows[] = [];
    for (const one of parents.ids) all.push({ id: one, rows: await allRows(fileOf(one)) });
    const sizes = all.map(({ rows }) => rows.length);
    const total =
      parents.kind === "zip"
        ? Math.min(...sizes)
        : sizes.reduce((product, size) => product * size, 1);
    return { name: id, total, batches: sliced(joinRows(parents.kind, all)) };
  }
  if (table !== undefined) {
    return await openRows({ kind: "file", path: table.path, format: table.format });
  }
  const rows = Array.isArray(step.rows) ? inlineRows(step.rows as never) : [NO_ROW];
  return { name: id, total: rows.length, batches: sliced(rows) };
}

async function allRows(path: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const { batches } = await openRows({ kind: "file", path, format: "jsonl" });
  for await (const batch of batches) for (const row of batch) rows.push(row);
  return rows;
}

async function* sliced(rows: Iterable<Row>): AsyncGenerator<readonly Row[]> {
  let slice: Row[] = [];
  for (const row of rows) {
    slice.push(row);
    if (slice.length < SLICE) continue;
    yield slice;
    slice = [];
  }
  if (slice.length > 0) yield slice;
}

/** Which rows a step is for, and where it is kept what was thrown. */
interface Filtering {
  readonly filter: NonNullable<CompiledStep["filter"]>;
  readonly faults: WeakMap<Row, HookError>;
}

function faultIn(ask: () => boolean): HookError | "left out" | undefined {
  try {
    return ask() ? undefined : "left out";
  } catch (error) {
    if (error instanceof HookError) return error;
    throw error;
  }
}

async function* filtered(
  batches: AsyncIterable<readonly Row[]>,
  { filter, faults }: Filtering,
): AsyncGenerator<readonly Row[]> {
  let number = 0;
  for await (const batch of batches) {
    const kept: Row[] = [];
    for (const row of batch) {
      const fault = faultIn(() => filter(plainRow(row)));
      if (fault === "left out") continue;
      number += 1;
      const meant = { ...row, number };
      kept.push(meant);
      if (fault !== undefined) faults.set(meant, fault);
    }
    if (kept.length > 0) yield kept;
  }
}
