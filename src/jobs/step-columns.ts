import { hashKeys } from "./hash-keys.ts";
import { JobFault } from "./job-faults.ts";
import type { OrderedStep } from "./job-steps.ts";
import type { JobRows } from "./job-step.ts";
import { isMapping } from "./job-settings.ts";
import { isCrawl } from "./step-crawl.ts";
import { compiledAt } from "./template-scope.ts";
import { parsePicks } from "../formats/picks.ts";

/** The column of a row that is one value and no mapping. */
export const VALUE_COLUMN = "value";

/** Columns that are known before anything is sent; undefined where they are not. */
export type KnownColumns = readonly string[] | undefined;

/** What is known of a step's rows. */
export interface StepColumns {
  readonly columns: KnownColumns;
  readonly shared: ReadonlyMap<string, readonly string[]>;
}

/** The columns of rows that stand in the job itself. */
export function columnsOfRows(rows: Extract<JobRows, readonly unknown[]>): readonly string[] {
  return [...new Set(rows.flatMap((row) => (isMapping(row) ? Object.keys(row) : [VALUE_COLUMN])))];
}

/**
 * The columns of the rows that a step gives to its children: those of its own rows, and the members of
 * `each`, or without it the columns of `pick`.
 * @throws JobFault where it gives no rows.
 */
export function columnsGiven(
  parent: OrderedStep,
  own: KnownColumns,
  child: OrderedStep,
): KnownColumns {
  const { each, pick } = parent.step;
  if (isCrawl(parent.step)) {
    const words = `names "${parent.id}", which follows links and gives no rows`;
    throw new JobFault(["steps", child.index, "for"], words);
  }
  if (each === undefined && pick === undefined) {
    const words = `names "${parent.id}", which gives no rows; steps[${parent.index}] needs each`;
    throw new JobFault(["steps", child.index, "for"], words);
  }
  const path = ["steps", parent.index, each === undefined ? "pick" : "each"];
  const added = compiledAt(path, () => (each === undefined ? pickedNames(pick!) : hashKeys(each)));
  if (own === undefined || added === undefined) return undefined;
  return [...new Set([...own, ...added])];
}

function pickedNames(pick: NonNullable<OrderedStep["step"]["pick"]>): readonly string[] {
  if (typeof pick !== "string" && !Array.isArray(pick)) return Object.keys(pick);
  return parsePicks(typeof pick === "string" ? [pick] : pick).map(({ name }) => name);
}

/**
 * The columns of a step that is for several: each as `{parent.column}` too, and by its own name where
 * one parent alone has it.
 */
export function joinedColumns(
  parents: readonly { readonly id: string; readonly columns: KnownColumns }[],
): StepColumns {
  if (parents.length === 1) return { columns: parents[0]!.columns, shared: new Map() };
  const owners = new Map<string, string[]>();
  for (const { id, columns } of parents) {
    for (const column of columns ?? []) owners.set(column, [...(owners.get(column) ?? []), id]);
  }
  const shared = new Map<string, readonly string[]>();
  for (const [column, ids] of owners) {
    if (ids.length > 1)
      shared.set(
        column,
        ids.map((id) => `${id}.${column}`),
      );
  }
  if (parents.some(({ columns }) => columns === undefined)) return { columns: undefined, shared };
  const own = [...owners.keys()].filter((column) => !shared.has(column));
  const qualified = [...owners].flatMap(([column, ids]) => ids.map((id) => `${id}.${column}`));
  return { columns: [...own, ...qualified], shared };
}
