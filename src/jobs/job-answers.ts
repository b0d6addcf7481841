import type { JobExpression } from "./job.ts";

/** What a rule does with an answer. */
export const RULE_ENDS = ["retry", "hold", "fail", "skip", "stop", "quarantine"] as const;

/** What is known of answers that their status does not say. All that is given has to hold. */
export interface JobRule {
  /** A question about the body. */
  readonly when?: JobExpression;
  /** Such as `2xx,404`; a rule that names statuses or fields is asked of all answers, not of the accepted ones alone. */
  readonly status?: string;
  /** Header fields and what their values are, `*` for anything, in any case of letters. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Bodies below or above a size. */
  readonly smaller?: string;
  readonly larger?: string;
  /** Answers of a kind that has suddenly become frequent. */
  readonly drift?: boolean;
  readonly then: (typeof RULE_ENDS)[number];
  /** How long `hold` keeps the host. @default as the answer's Retry-After says */
  readonly hold?: string;
}

/** Several rows in one request. */
export interface JobBatch {
  readonly size: number;
  /**
   * Where the rows' values go: a parameter of the query, `json:PATH` in the body, or `json` for a body
   * that is their list. @default nowhere: the step's templates get a list of values for each column
   */
  readonly into?: string;
  /** What of a row goes there: a template such as `{name}`, within JSON any value with templates. */
  readonly value?: unknown;
  /** What joins the values of a parameter into one; without it the parameter is repeated. */
  readonly join?: string;
  /** Where the answers are in the body. @default the body itself */
  readonly items?: JobExpression;
  /** `order`, or the path within each answer of what tells whose it is. */
  readonly pair: string;
  /** What of a row that is, a template. @default `value`, or the column of that name */
  readonly by?: string;
}
