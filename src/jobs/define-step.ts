import type { Document } from "../formats/document.ts";
import type { JobParams, JobRows, JobStep } from "./job-step.ts";
import type { JobValue } from "./job.ts";

/** Only for the compiler: what the rows of a step are. */
declare const ROW: unique symbol;

/** A step of a program, which knows the type of the rows that it gives to others. */
export interface DefinedStep<Row> extends Omit<JobStep, "for"> {
  readonly id: string;
  readonly for?: StepOfProgram["for"];
  readonly [ROW]?: Row;
}

/** A step as a program writes it: other steps are named by their ids, or by themselves. */
export interface StepOfProgram extends Omit<JobStep, "for"> {
  readonly for?: JobStep["for"] | DefinedStep<unknown> | readonly (string | DefinedStep<unknown>)[];
}

/** A step whose functions are typed: of rows by the step that it is for, or by its own. */
export interface StepDefinition<In, Out> extends Omit<
  JobStep,
  "id" | "for" | "rows" | "filter" | "params" | "each"
> {
  /** What other steps call it. */
  readonly id: string;
  /** The step whose rows it is for. */
  readonly for?: DefinedStep<In>;
  readonly rows?:
    | readonly (In & Readonly<Record<string, unknown>>)[]
    | Exclude<JobRows, readonly unknown[]>;
  /** Only rows for which it is true. */
  readonly filter?: string | ((row: In) => unknown);
  readonly params?:
    | JobParams
    | ((row: In) => Readonly<Record<string, JobValue | readonly JobValue[]>>);
  /** The items of an answer. */
  readonly each?: string | ((answer: Document) => readonly Out[]);
}

/**
 * A step of a job in TypeScript whose rows have a type: `for: players` types the row that `filter` and
 * `params` are given by what the `each` of `players` gives, joined to the rows that it was asked for.
 */
export function defineStep<In = unknown, Out = unknown>(
  step: StepDefinition<In, Out>,
): DefinedStep<In & Out> {
  return step as DefinedStep<In & Out>;
}
