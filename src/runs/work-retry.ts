import { UsageError } from "../core/usage-error.ts";
import type { Journal } from "../queue/journal.ts";
import type { Standing } from "../sinks/sink.ts";
import { checkStanding } from "../sinks/check-standing.ts";
import { finishRewrite, prepareRewrite } from "../sinks/prepare-rewrite.ts";
import { notedGeneration } from "./row-generations.ts";
import type { RunTable } from "./run-table.ts";
import type { RecordFormat } from "../formats/record-format.ts";

/** Which failures are to be asked again; none named are all. */
export interface Again {
  readonly codes: readonly string[];
  readonly statuses: readonly number[];
}

/** What a rewriting of the table is about, noted before it happens. */
interface RewriteNote {
  readonly standing: Standing;
  /** Rows whose records it leaves out. */
  readonly rows: readonly number[];
  /** The facts that hold once it has happened. */
  readonly facts: Readonly<Record<string, string>>;
}

/** What is taken back, and what else hangs on it. */
export interface TakenBack {
  readonly again: Again;
  /** Whether the answers are rows of other steps, which keep their places. */
  readonly gives: "rows to others" | undefined;
  readonly table: RunTable | undefined;
}

/**
 * Takes failures back, so that they are owed again, and their records out of the table; an archive keeps
 * what came. Gives how many.
 * @throws DiskError
 */
export async function takeFailuresBack(
  journal: Journal,
  { again, gives, table }: TakenBack,
): Promise<number> {
  const rows = await journal.failedRows(again);
  if (rows.length === 0) return 0;
  if (journal.run.held.length > 0) {
    throw new UsageError(
      `${journal.run.directory} is not finished and keeps the order of its input; resume it first`,
    );
  }
  const generation = gives === undefined ? {} : notedGeneration(journal, rows);
  const appended =
    journal.run.facts.get("order") === '"input"'
      ? { appendedFrom: journal.run.facts.get("appendedFrom") ?? String(await nextGroup(journal)) }
      : {};
  const facts = { ...appended, ...generation };
  if (table === undefined || table.format === "warc" || table.holds === "items") {
    await journal.takeBack(rows, facts);
    return rows.length;
  }
  const leave = new Set(rows);
  const sequence = await journal.sequence();
  const { path, format } = table;
  await rewrite(
    journal,
    { path, format },
    { rows, facts, keep: keptPositions(sequence, (row) => !leave.has(row)) },
  );
  return rows.length;
}

/** Puts records that were appended by a retry where the order of the input has them. @throws DiskError */
export async function sortTable(journal: Journal, table: Rewritable): Promise<void> {
  await journal.refresh();
  const sequence = await journal.sequence();
  const places = Uint32Array.from(sequence.keys());
  places.sort((one, other) => sequence[one]! - sequence[other]!);
  await rewrite(journal, table, { rows: [], facts: { appendedFrom: "null" }, keep: places });
}

/** Ends a rewriting that a crash interrupted: it has happened, or it has not. @throws DiskError */
export async function endRewrite(journal: Journal, table: RunTable): Promise<void> {
  const noted = journal.run.facts.get("rewrite");
  if (noted === undefined || noted === "null") return;
  const { standing, rows, facts } = JSON.parse(noted) as RewriteNote;
  await finishRewrite(table.path, standing);
  const happened = (await checkStanding(table.path, standing)) === "as it was";
  if (happened) {
    await journal.takeBack(rows, { ...facts, standing: JSON.stringify(standing), rewrite: "null" });
  } else await journal.note({ rewrite: "null" });
}

/** A table whose records can be put in another order. */
type Rewritable = Pick<RunTable, "path"> & { readonly format: RecordFormat };

async function rewrite(
  journal: Journal,
  { path, format }: Rewritable,
  { keep, rows, facts }: Omit<RewriteNote, "standing"> & { readonly keep: Iterable<number> },
): Promise<void> {
  await using prepared = await prepareRewrite(path, {
    format,
    keep,
    standing: standingOf(journal),
  });
  const { standing } = prepared;
  const note: RewriteNote = { standing, rows, facts };
  await journal.note({ rewrite: JSON.stringify(note) });
  await prepared.apply();
  await journal.takeBack(rows, { ...facts, standing: JSON.stringify(standing), rewrite: "null" });
}

/** What is kept of a table that has nothing yet. */
const NOTHING: Standing = { bytes: 0, checksum: 0, columns: undefined };

/** Where the table of a run stood at its last commit. */
export function standingOf({ run }: Journal): Standing {
  const noted = run.facts.get("standing");
  return noted === undefined ? NOTHING : (JSON.parse(noted) as Standing);
}

function* keptPositions(sequence: Float64Array, keep: (row: number) => boolean): Generator<number> {
  for (const [position, row] of sequence.entries()) if (keep(row)) yield position;
}

async function nextGroup(journal: Journal): Promise<number> {
  return (await journal.groups()) + 2;
}
