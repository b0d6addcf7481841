import * as z from "zod";

import { expression } from "./expression-schema.ts";
import type { JobValue } from "./job.ts";
import {
  count,
  duration,
  flag,
  keyed,
  named,
  nameWord,
  oneOrMore,
  rate,
  text,
  word,
  wrong,
} from "./schema-words.ts";

const scalar = word<JobValue>({ type: ["string", "number", "boolean", "null"] }, (value) =>
  value !== undefined &&
  (value === null || typeof value !== "object") &&
  typeof value !== "function"
    ? undefined
    : wrong("a text, a number, true, false or null", value),
);

/** Values of templates. */
export const values = { scalar, scalarOrList: z.union([z.array(scalar), scalar]) };

const amounts = {
  concurrency: count(1, ["auto"]).optional().describe("Requests in flight over all hosts"),
  perHost: count(1, ["auto"]).optional().describe("Requests in flight to one host"),
  rate: oneOrMore(rateOrAuto()).optional().describe("Departures to one host, such as 20/s"),
};

/** `auto` is what is learned. */
function rateOrAuto(): z.ZodType<string, string> {
  const plain = rate();
  return word<string>({ type: "string", examples: ["auto", "20/s"] }, (value) => {
    if (value === "auto") return undefined;
    return plain.safeParse(value).error?.issues[0]?.message;
  });
}

/** How much at once, for a step. */
export const limits = keyed("a step's limits", amounts);

/** How much at once, how long and how often, for a job. */
export const totals = keyed("the job's limits", {
  ...amounts,
  timeout: duration().optional().describe("Longest of one attempt"),
  connectTimeout: duration().optional().describe("Longest for names, TCP and TLS together"),
  retries: count(0).optional().describe("Times a failed request is sent again"),
  maxRetryAfter: duration().optional().describe("Longest Retry-After that is obeyed"),
});

/** What becomes of answers, in a step or at the top. */
export const outputs = {
  pick: z
    .union([
      named(expression(), nameWord("a column's name")),
      z.array(text("an expression")),
      text("an expression"),
    ])
    .optional()
    .describe("Columns: names and expressions"),
  output: text("a file's name").optional().describe("One record per answer; - is stdout"),
  save: text("a template of file names").optional().describe("Each body to a file of its own"),
  keep: flag().optional().describe("Whether raw answers are kept"),
};
