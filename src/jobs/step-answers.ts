import type { Document } from "../formats/document.ts";
import { parsePicks } from "../formats/picks.ts";
import { compileSelector, type Selector } from "../formats/selector.ts";
import { isTrue } from "../formats/truth.ts";
import type { FieldPath } from "./field-place.ts";
import { JobFault } from "./job-faults.ts";
import type { JobExpression, JobOutputs } from "./job.ts";
import { faultAt } from "./template-scope.ts";
import { askedOfAnswer, askedOfRow } from "./user-function.ts";

/** An expression or a function as a selector. @throws JobFault for an expression that is none. */
export async function selectorAt(expression: JobExpression, path: FieldPath): Promise<Selector> {
  if (typeof expression === "function") {
    const name = String(path.at(-1));
    const text = `the function ${name}`;
    return { text, name, select: askedOfAnswer(text, expression) };
  }
  try {
    return await compileSelector(expression);
  } catch (error) {
    throw faultAt(path, error);
  }
}

/** A question about a row's own values. @throws JobFault */
export async function filterAt(
  filter: JobExpression | ((row: Readonly<Record<string, unknown>>) => unknown),
  path: FieldPath,
): Promise<(row: Readonly<Record<string, unknown>>) => boolean> {
  if (typeof filter === "function") {
    const asked = filter as (row: Readonly<Record<string, unknown>>) => unknown;
    const ask = askedOfRow("the function filter", asked);
    return (row) => isTrue(ask(row));
  }
  if (filter.trim().startsWith("css:")) {
    throw new JobFault(path, "is asked of a row, which css: cannot be");
  }
  const selector = await selectorAt(filter, path);
  return (row) => isTrue(selector.select(documentOf(row)));
}

/** A value as a document that needs no parsing. */
function documentOf(value: unknown): Document {
  return {
    json: () => value,
    html: () => {
      throw new TypeError("a row is no page");
    },
  };
}

/** One column that is picked. */
export interface CompiledPick {
  readonly name: string;
  readonly selector: Selector;
}

/** Whether columns are given as expressions that name themselves. */
function isListed(pick: NonNullable<JobOutputs["pick"]>): pick is string | readonly string[] {
  return typeof pick === "string" || Array.isArray(pick);
}

/** The columns of `pick`. @throws JobFault for an expression that is none and two of one name. */
export async function picksAt(
  pick: JobOutputs["pick"],
  path: FieldPath,
): Promise<readonly CompiledPick[]> {
  if (pick === undefined) return [];
  if (!isListed(pick)) {
    const entries = Object.entries(pick);
    return await Promise.all(
      entries.map(async ([name, expression]) => ({
        name,
        selector: await selectorAt(expression, [...path, name]),
      })),
    );
  }
  const texts = typeof pick === "string" ? [pick] : pick;
  try {
    const picks = parsePicks(texts);
    return await Promise.all(
      picks.map(async ({ name, expression }) => ({
        name,
        selector: await compileSelector(expression),
      })),
    );
  } catch (error) {
    throw faultAt(path, error);
  }
}
