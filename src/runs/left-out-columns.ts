import { visible } from "../formats/visible.ts";
import { columnsOfPicks, type PickedColumn } from "../jobs/extract-picks.ts";
import { AS_USUAL } from "../jobs/file-settings.ts";
import type { WorkSettings } from "./work-settings.ts";

/** A header is made of so many columns of rows: each is a comma in every line. */
const MOST_COLUMNS = 1000;

/**
 * The header of a table of `map`, whose rows (JSON lines) may each have columns of their own: those of the
 * first rows together, so that it does not depend on which is answered first. Undefined where the first
 * record tells.
 */
export function headerOf(
  { command, step, output }: WorkSettings,
  columns: readonly string[],
  picks: readonly PickedColumn[],
): readonly string[] | undefined {
  const { names, equal } = output.files ?? AS_USUAL;
  const isJoined = command === "map" && step === undefined && columns.length > 0;
  if (!isJoined || names !== "ours" || equal !== "each saved") return undefined;
  return columnsOfPicks(columns.slice(0, MOST_COLUMNS), { picks, meta: output.meta });
}

/** Columns that are named; names come from outside and have no end. */
const MOST_NAMED = 3;

/**
 * Tells of the first columns for which a table has no place, because its header was written before a row
 * had them: without a word they would be lost.
 */
export function tellLeftOut(
  path: string,
  say: (line: string) => void,
): (column: string, rowNumber: number) => void {
  const table = path === "-" ? "the output" : visible(path);
  let told = 0;
  return (column, rowNumber) => {
    told += 1;
    if (told <= MOST_NAMED) {
      const name = visible(JSON.stringify(column));
      say(`column ${name} is left out: row ${rowNumber} has it, the header of ${table} has not`);
    } else if (told === MOST_NAMED + 1) {
      say(`further columns are left out of ${table}; a .jsonl has those of every row`);
    }
  };
}
