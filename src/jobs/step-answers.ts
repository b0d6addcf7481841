import type { Document } from "../formats/document.ts";
import { parsePicks } from "../formats/picks.ts";
import { parseDuration, parseSize, parseStatusSet, type StatusSet } from "../formats/quantity.ts";
import { compileSelector, type Selector } from "../formats/selector.ts";
import { isTrue } from "../formats/truth.ts";
import type { FieldPath } from "./field-place.ts";
import type { JobRule } from "./job-answers.ts";
import { JobFault } from "./job-faults.ts";
import type { JobExpression, JobOutputs } from "./job.ts";
import { faultAt } from "./template-scope.ts";

/** A rule whose every condition is ready to be asked. */
export interface CompiledRule {
  /** As a message names it: `steps[0].rules[1]`'s own words. */
  readonly text: string;
  readonly then: JobRule["then"];
  readonly holdMs: number | undefined;
  readonly status: StatusSet | undefined;
  /** Lower-case names of fields, and lower-case texts that their values contain. */
  readonly header: readonly (readonly [name: string, part: string])[];
  readonly smallerBytes: number | undefined;
  readonly largerBytes: number | undefined;
  readonly when: Selector | undefined;
}

/** An expression or a function as a selector. @throws JobFault for an expression that is none. */
export async function selectorAt(expression: JobExpression, path: FieldPath): Promise<Selector> {
  if (typeof expression === "function") {
    const name = String(path.at(-1));
    return { text: `the function ${name}`, name, select: expression };
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
    return (row) => isTrue(asked(row));
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

/** A rule, compiled. @throws JobFault for one without a condition, and for what belongs to `hold` alone. */
export async function ruleAt(rule: JobRule, path: FieldPath): Promise<CompiledRule> {
  const { when, status, header, smaller, larger, then, hold } = rule;
  const conditions = [when, status, header, smaller, larger];
  if (conditions.every((condition) => condition === undefined)) {
    throw new JobFault(path, "asks nothing; give it when, status, header, smaller or larger");
  }
  if (hold !== undefined && then !== "hold") {
    throw new JobFault([...path, "hold"], `says how long, but then is ${then}`, "key");
  }
  const shown = Object.entries({ when, status, smaller, larger })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key} ${typeof value === "function" ? "a function" : value}`);
  if (header !== undefined) {
    shown.push(...Object.entries(header).map(([name, part]) => `header ${name}: ${part}`));
  }
  return {
    text: shown.join(", "),
    then,
    holdMs: hold === undefined ? undefined : parseDuration(hold),
    status: status === undefined ? undefined : parseStatusSet(status),
    header: Object.entries(header ?? {}).map(([name, part]) => [
      name.toLowerCase(),
      part.toLowerCase(),
    ]),
    smallerBytes: smaller === undefined ? undefined : parseSize(smaller),
    largerBytes: larger === undefined ? undefined : parseSize(larger),
    when: when === undefined ? undefined : await selectorAt(when, [...path, "when"]),
  };
}
