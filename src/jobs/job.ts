import type { Document } from "../formats/document.ts";
import type { StepOfProgram } from "./define-step.ts";
import type { JobAuth } from "./job-auth.ts";
import type { JobStep } from "./job-step.ts";

/** A value of a template: numbers and booleans are written as they are. */
export type JobValue = string | number | boolean | null;

/**
 * What to take from an answer: JMESPath, `$…` JSONPath or `css:…`; in a program also a function of the
 * answer.
 */
export type JobExpression = string | ((answer: Document) => unknown);

/** How much at once. */
export interface JobLimits {
  /** Requests in flight over all hosts. @default "auto" */
  readonly concurrency?: number | "auto";
  /** Requests in flight to one host. @default "auto" */
  readonly perHost?: number | "auto";
  /** Departures to one host, such as `20/s`; several hold together. @default "auto" */
  readonly rate?: string | readonly string[];
}

/** How long and how often, beside how much at once. */
export interface JobTotals extends JobLimits {
  /** Longest from leaving to the last byte of one attempt. @default "30s" */
  readonly timeout?: string;
  /** Longest for name resolution, TCP and TLS together. @default "10s" */
  readonly connectTimeout?: string;
  /** Times a failed request is sent again. @default 4 */
  readonly retries?: number;
  /** Longest Retry-After that is obeyed. @default "10m" */
  readonly maxRetryAfter?: string;
}

/** What becomes of answers. At the top of a job it is for the steps that no other step is `for`. */
export interface JobOutputs {
  /** Columns: `{ city: address.city }`, or a list of expressions that name themselves. */
  readonly pick?: Readonly<Record<string, JobExpression>> | readonly string[] | string;
  /** One record per answer, or per item of `each`; the extension tells the format, `-` is stdout. */
  readonly output?: string;
  /** Each body to a file of its own, such as `players/{name|underscore}.json`. */
  readonly save?: string;
  /** Whether raw answers are kept, to extract other fields later. @default false */
  readonly keep?: boolean;
}

/** A job as data: the shape of a job file, and what `defineJob` takes. */
export interface Job extends JobOutputs {
  /** Where editors find the schema; read by them alone. */
  readonly $schema?: string;
  /** Names the run. @default the file's name */
  readonly name?: string;
  /** What relative URLs of steps stand behind. */
  readonly base?: string;
  /** Values for templates, changed with `--set NAME=VALUE`. */
  readonly vars?: Readonly<Record<string, JobValue | readonly JobValue[]>>;
  /** Fields of every request. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly limits?: JobTotals;
  /** Statuses that are answers. @default "2xx" */
  readonly accept?: string;
  readonly auth?: JobAuth;
  /** Whether cookies that servers set are sent back. @default "none" */
  readonly cookies?: "none" | "keep";
  readonly steps: readonly JobStep[];
}

/** A job as a program writes it. */
export interface JobOfProgram extends Omit<Job, "steps"> {
  readonly steps: readonly StepOfProgram[];
}

/** A job of a program, `export default defineJob({ … })`: checked when it is loaded, as a file is. */
export function defineJob<const Defined extends JobOfProgram>(job: Defined): Defined {
  return job;
}
