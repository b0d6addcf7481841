import { parseDuration } from "../formats/quantity.ts";
import type { Selector } from "../formats/selector.ts";
import type { FieldPath } from "./field-place.ts";
import type { JobBatch } from "./job-answers.ts";
import { JobFault } from "./job-faults.ts";
import type { JobPages } from "./job-pages.ts";
import type { JobStep } from "./job-step.ts";
import type { JobExpression } from "./job.ts";
import { selectorAt } from "./step-answers.ts";
import { templateAt, type TemplateScope } from "./template-scope.ts";
import type { TextTemplate } from "../formats/text-template.ts";

/** How a step's pages are found: the job's own words, its expressions ready to be asked. */
export interface CompiledPages {
  readonly options: Exclude<JobPages, string>;
  readonly delayMs: number;
  readonly items: Selector | undefined;
  readonly total: Selector | undefined;
  readonly pages: Selector | undefined;
  readonly next: Selector | undefined;
  readonly more: Selector | undefined;
  readonly notReady: Selector | undefined;
}

/** The pages of a step. @throws JobFault for an expression that is none, and a kind that needs more. */
export async function pagesAt(
  given: JobPages | undefined,
  path: FieldPath,
): Promise<CompiledPages | undefined> {
  if (given === undefined) return undefined;
  if (given === "offset" || given === "cursor") {
    const needed = given === "offset" ? "size: 100" : "next: EXPRESSION";
    throw new JobFault(path, `needs more than a word; write { kind: ${given}, ${needed} }`);
  }
  const options: CompiledPages["options"] = typeof given === "string" ? { kind: given } : given;
  const expressions = options as unknown as { readonly [name: string]: JobExpression | undefined };
  const compiled = async (name: string): Promise<Selector | undefined> => {
    const expression = expressions[name];
    return expression === undefined ? undefined : await selectorAt(expression, [...path, name]);
  };
  const { delay } = options as { readonly delay?: string };
  return {
    options,
    delayMs: delay === undefined ? 0 : parseDuration(delay),
    items: await compiled("items"),
    total: await compiled("total"),
    pages: await compiled("pages"),
    next: await compiled("next"),
    more: await compiled("more"),
    notReady: await compiled("notReady"),
  };
}

/** How a step's rows share requests. */
export interface CompiledBatch {
  readonly options: JobBatch;
  readonly value: TextTemplate;
  readonly items: Selector | undefined;
  /** What of an answer repeats the row's value; undefined where answers come in the rows' order. */
  readonly pair: Selector | undefined;
}

/** The batches of a step. @throws JobFault for a step without rows, and an expression that is none. */
export async function batchAt(
  step: JobStep,
  path: FieldPath,
  scope: TemplateScope,
): Promise<CompiledBatch | undefined> {
  const { batch } = step;
  if (batch === undefined) return undefined;
  const at = [...path, "batch"];
  if (scope.rows === "no rows")
    throw new JobFault(at, "needs rows; the step has neither rows nor for");
  const { value, items, pair, in: place = "query" } = batch;
  if (batch.join !== undefined && place === "json") {
    throw new JobFault(
      [...at, "join"],
      "joins the values of a query or a form, not of JSON",
      "key",
    );
  }
  return {
    options: batch,
    value: templateAt(value, [...at, "value"], scope),
    items: items === undefined ? undefined : await selectorAt(items, [...at, "items"]),
    pair: pair === "order" ? undefined : await selectorAt(pair, [...at, "pair"]),
  };
}
