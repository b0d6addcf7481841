import { Failure } from "../core/failure.ts";
import { HookError } from "../core/hook-error.ts";
import type { Answered, Outcome } from "../core/outcome.ts";
import { UsageError } from "../core/usage-error.ts";
import { createDocument } from "../formats/document.ts";
import type { Selector } from "../formats/selector.ts";
import type { Extract } from "./extract.ts";

/** One column that is picked from the answers. */
export interface PickedColumn {
  readonly name: string;
  readonly selector: Selector;
}

/** What a value that an answer does not have is: counted, no matter, or the failure of its row. */
export type Absent = "counted" | "no matter" | "fails";

/** What a row's record holds beside its own columns. */
export interface PicksOptions {
  readonly picks: readonly PickedColumn[];
  /** Whether the columns `_status` and `_error` close the record. */
  readonly meta: "with meta" | "no meta";
  /** What becomes of values that are not there. @default "counted" */
  readonly absent?: Absent | undefined;
}

/**
 * Joins what is picked from each answer to the columns of its row. A column of the same name is
 * replaced where it stands. An answer that cannot be read as the expression needs is failed, E_PARSE;
 * a value that is not there is null, and where that `fails` so has the answer.
 */
export function extractPicks({ picks, meta, absent = "counted" }: PicksOptions): Extract {
  const layouts = new WeakMap<readonly string[], Layout>();
  if (meta === "with meta") refuseTaken(picks, ["_status", "_error"]);

  return ({ row }, landed) => {
    let layout = layouts.get(row.columns);
    if (layout === undefined) {
      layout = layoutOf(row.columns, picks, meta);
      layouts.set(row.columns, layout);
    }
    const values: unknown[] = row.values.slice();
    while (values.length < layout.columns.length) values.push(null);
    const picked = pick(landed, picks, layout, values);
    const missing = absent === "no matter" ? undefined : missingIn(picked, picks, layout, values);
    const outcome = missing !== undefined && absent === "fails" ? lacking(picked, missing) : picked;
    if (layout.statusAt !== -1) {
      const answer = outcome.kind === "answered" ? outcome.response : outcome.failure.response;
      values[layout.statusAt] = answer?.status ?? null;
      values[layout.errorAt] = outcome.kind === "answered" ? null : sentence(outcome.failure);
    }
    return { outcome, record: { columns: layout.columns, values }, missing };
  };
}

/** The columns that records have whose rows have these. */
export function columnsOfPicks(
  rowColumns: readonly string[],
  { picks, meta }: PicksOptions,
): readonly string[] {
  return layoutOf(rowColumns, picks, meta).columns;
}

/** @throws UsageError for a pick that is called as a column that every record has. */
export function refuseTaken(picks: readonly PickedColumn[], taken: readonly string[]): void {
  const found = picks.find(({ name }) => taken.includes(name));
  if (found === undefined) return;
  throw new UsageError(
    `every record has a column "${found.name}" already; pick under another name, such as my_${found.name}=…`,
  );
}

/** Where each value of a record goes. */
interface Layout {
  readonly columns: readonly string[];
  readonly pickAt: readonly number[];
  readonly statusAt: number;
  readonly errorAt: number;
}

function layoutOf(
  rowColumns: readonly string[],
  picks: readonly PickedColumn[],
  meta: PicksOptions["meta"],
): Layout {
  const columns = [...rowColumns];
  const place = (name: string): number => {
    const at = columns.indexOf(name);
    return at === -1 ? columns.push(name) - 1 : at;
  };
  const pickAt = picks.map(({ name }) => place(name));
  // A table that an earlier command made has them: they are told anew.
  const statusAt = meta === "with meta" ? place("_status") : -1;
  const errorAt = meta === "with meta" ? place("_error") : -1;
  return { columns, pickAt, statusAt, errorAt };
}

/** Puts what is picked into its places; the outcome, failed where the body cannot be read. */
function pick(
  outcome: Outcome,
  picks: readonly PickedColumn[],
  { pickAt }: Layout,
  values: unknown[],
): Outcome {
  for (const at of pickAt) values[at] = null;
  if (outcome.kind !== "answered" || picks.length === 0) return outcome;
  const { response } = outcome;
  try {
    if (!(response.body instanceof Uint8Array)) throw new TypeError("the body went to a file");
    const document = createDocument(response.body, response.header("content-type"));
    for (let index = 0; index < picks.length; index += 1) {
      values[pickAt[index]!] = picks[index]!.selector.select(document);
    }
    return outcome;
  } catch (cause) {
    return unreadable(outcome, cause);
  }
}

/** An answer that an expression or a function could not read, as its failure. */
export function unreadable({ request, response, call }: Answered, cause: unknown): Outcome {
  if (cause instanceof HookError) {
    const failure = new Failure("E_HOOK", cause.message, { request, response, cause });
    return { kind: "failed", request, failure, call };
  }
  const type = response.header("content-type")?.split(";")[0] ?? "a body without a type";
  const words = `the answer (${type}) cannot be read: ${(cause as Error).message}`;
  const failure = new Failure("E_PARSE", words, { request, response, cause });
  return { kind: "failed", request, failure, call };
}

/** The columns for which an answer has nothing; undefined where it has something for all. */
function missingIn(
  outcome: Outcome,
  picks: readonly PickedColumn[],
  { pickAt }: Layout,
  values: readonly unknown[],
): readonly string[] | undefined {
  if (outcome.kind !== "answered") return undefined;
  let missing: string[] | undefined;
  for (let index = 0; index < picks.length; index += 1) {
    if (values[pickAt[index]!] === null) (missing ??= []).push(picks[index]!.name);
  }
  return missing;
}

/** An answer that lacks what was asked for, as its failure. */
export function lacking(outcome: Outcome, missing: readonly string[]): Outcome {
  if (outcome.kind !== "answered") return outcome;
  const { request, response, call } = outcome;
  const words = `the answer has nothing for ${missing.join(", ")}`;
  const failure = new Failure("E_PARSE", words, { request, response });
  return { kind: "failed", request, failure, call };
}

/** A failure as one cell. */
export function sentence(failure: Failure): string {
  return `${failure.code} ${failure.message}`;
}
