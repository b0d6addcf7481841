import { parseFieldPath, type PathStep } from "../formats/field-path.ts";
import type { Selector } from "../formats/selector.ts";
import type { TextTemplate } from "../formats/text-template.ts";
import type { FieldPath } from "./field-place.ts";
import type { JobBatch } from "./job-answers.ts";
import { withEnvironment } from "./job-environment.ts";
import { JobFault } from "./job-faults.ts";
import type { JobStep } from "./job-step.ts";
import { selectorAt } from "./step-answers.ts";
import { checkStrings, templateAt, type TemplateScope } from "./template-scope.ts";

/** Where the values of a batch go; `lists`: each column is a list to the step's own templates. */
export type BatchTarget =
  | { readonly as: "lists" }
  | { readonly as: "repeated"; readonly parameter: string; readonly value: string }
  | {
      readonly as: "joined";
      readonly parameter: string;
      readonly value: string;
      readonly separator: string;
    }
  /** A list in the JSON body, or without a path the body itself; `value` is JSON of templates. */
  | { readonly as: "json"; readonly path: string | undefined; readonly value: unknown };

/** Whose an answer is. */
export type BatchPair =
  | { readonly by: "order" }
  | { readonly by: "key"; readonly item: readonly PathStep[]; readonly row: TextTemplate };

/** How a step's rows share requests. */
export interface CompiledBatch {
  readonly size: number;
  readonly into: BatchTarget;
  readonly items: Selector | undefined;
  readonly pair: BatchPair;
}

/** The batches of a step. @throws JobFault for a step without rows, and for what does not go together. */
export async function batchAt(
  { batch }: JobStep,
  path: FieldPath,
  scope: TemplateScope,
): Promise<CompiledBatch | undefined> {
  if (batch === undefined) return undefined;
  const at = [...path, "batch"];
  if (scope.rows === "no rows") {
    throw new JobFault(at, "needs rows; the step has neither rows nor for");
  }
  const { size, items } = batch;
  return {
    size,
    into: targetAt(batch, at, scope),
    items: items === undefined ? undefined : await selectorAt(items, [...at, "items"]),
    pair: pairAt(batch, at, scope),
  };
}

function targetAt(batch: JobBatch, path: FieldPath, scope: TemplateScope): BatchTarget {
  const { into, value, join } = batch;
  if (into === undefined) {
    if (value !== undefined) {
      throw new JobFault([...path, "value"], "goes nowhere; say where with into", "key");
    }
    return { as: "lists" };
  }
  if (value === undefined) throw new JobFault([...path, "into"], "needs value, such as {name}");
  checkStrings(value, [...path, "value"], scope);
  const json = /^json(?::(.+))?$/.exec(into);
  if (json !== null) {
    if (join !== undefined) {
      throw new JobFault([...path, "join"], "joins the values of a parameter, not of JSON", "key");
    }
    return { as: "json", path: json[1], value: withEnvironment(value) };
  }
  if (typeof value !== "string") {
    throw new JobFault([...path, "value"], "must be a text such as {name} for a parameter");
  }
  const filled = withEnvironment(value) as string;
  return join === undefined
    ? { as: "repeated", parameter: into, value: filled }
    : { as: "joined", parameter: into, value: filled, separator: join };
}

function pairAt(batch: JobBatch, path: FieldPath, scope: TemplateScope): BatchPair {
  const { pair, by, value } = batch;
  if (pair === "order") {
    if (by === undefined) return { by: "order" };
    throw new JobFault([...path, "by"], "means nothing where answers come in order", "key");
  }
  const item = parseFieldPath(pair);
  if (item === undefined) {
    throw new JobFault([...path, "pair"], `is neither order nor a path such as id: "${pair}"`);
  }
  if (by !== undefined) return { by: "key", item, row: templateAt(by, [...path, "by"], scope) };
  if (typeof value === "string") {
    return { by: "key", item, row: templateAt(value, [...path, "value"], scope) };
  }
  const column = String(item.at(-1));
  return { by: "key", item, row: templateAt(`{${column}}`, [...path, "pair"], scope) };
}
