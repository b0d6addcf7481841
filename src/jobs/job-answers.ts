import type { JobExpression } from "./job.ts";

/** What a rule does with an answer. */
export const RULE_ENDS = ["retry", "hold", "fail", "skip", "stop", "quarantine"] as const;

/** What is known of answers that their status does not say. All that is given has to hold. */
export interface JobRule {
  readonly when?: JobExpression;
  /** Such as `2xx,404`. */
  readonly status?: string;
  /** Header fields and what their values contain, in any case of letters. */
  readonly header?: Readonly<Record<string, string>>;
  /** Bodies below or above a size. */
  readonly smaller?: string;
  readonly larger?: string;
  readonly then: (typeof RULE_ENDS)[number];
  /** How long `hold` keeps the host, where the answer has no Retry-After. */
  readonly hold?: string;
}

/** Several rows in one request. */
export interface JobBatch {
  readonly size: number;
  /** What of a row is sent, such as `{name}`. */
  readonly value: string;
  /** Name of the parameter or of the body's field that takes the values. */
  readonly into: string;
  /** @default "query" */
  readonly in?: "query" | "json" | "form";
  /** What joins the values into one; without it the parameter is repeated, or the field is a list. */
  readonly join?: string;
  /** Where the answers are in the body. @default the body itself */
  readonly items?: JobExpression;
  /** `order`, or the member of each answer that repeats the row's value. */
  readonly pair: string;
}
