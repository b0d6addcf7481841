import * as z from "zod";

import { ROW_FORMATS } from "../formats/row-format.ts";
import { expression } from "./expression-schema.ts";
import { RULE_ENDS } from "./job-answers.ts";
import { JOB_METHODS, JOB_ROBOTS, JOB_SCOPES } from "./job-step.ts";
import { limits, outputs, values } from "./common-schema.ts";
import { pagesSchema } from "./pages-schema.ts";
import {
  anyText,
  count,
  duration,
  flag,
  keyed,
  nameWord,
  named,
  oneOf,
  oneOrMore,
  size,
  statusSet,
  text,
  wrong,
} from "./schema-words.ts";

const ids = z
  .array(nameWord("the id of a step"), { error: (issue) => wrong("a list of steps", issue.input) })
  .min(2, { error: "must be at least two steps" });

const parents = z.union([
  nameWord("the id of a step"),
  ids,
  keyed("a product", { product: ids.describe("Every row of one with every row of the others") }),
  keyed("a zip", { zip: ids.describe("First rows together, then second rows, and so on") }),
]);

const rows = z.union([
  z.array(z.union([values.scalar, z.record(z.string(), z.unknown())])).min(1, {
    error: "is an empty list",
  }),
  text("a list of rows or the name of a table's file"),
  keyed("a table", {
    file: text().describe("Its file, beside the job's"),
    format: oneOf(ROW_FORMATS).optional().describe("Where its extension does not tell"),
  }),
]);

const rule = keyed("a rule", {
  when: expression().optional().describe("A question about the answer"),
  status: statusSet().optional().describe("Statuses, such as 2xx,404"),
  headers: named(text()).optional().describe("Header fields and what their values are, * for all"),
  smaller: size().optional().describe("Bodies below this size"),
  larger: size().optional().describe("Bodies above this size"),
  drift: flag().optional().describe("Answers of a kind that has suddenly become frequent"),
  then: oneOf(RULE_ENDS).describe("What becomes of the answer"),
  hold: duration().optional().describe("How long `hold` keeps the host"),
});

const batch = keyed("a batch", {
  size: count(2).describe("Rows of one request"),
  into: text().optional().describe("A parameter of the query, json:PATH in the body, or json"),
  value: z.unknown().optional().describe("What of a row goes there, such as {name}"),
  join: anyText().optional().describe("What joins the values of a parameter into one"),
  items: expression().optional().describe("Where the answers are in the body"),
  pair: text().describe("`order`, or the path in an answer of what tells whose it is"),
  by: text().optional().describe("What of a row that is, such as {name}"),
});

/** One request, or one for each row. */
export const stepSchema = keyed("a step", {
  id: nameWord("a name").optional().describe("What other steps call it"),
  url: text("a URL").describe("RFC 6570 template, relative to the job's base"),
  params: named(values.scalarOrList)
    .optional()
    .describe("Values of the URL's variables; others are added to its query"),
  rows: rows.optional().describe("A table: in the job itself, or a file"),
  for: parents.optional().describe("The steps whose rows it is for"),
  filter: expression().optional().describe("Only rows for which this is true"),
  each: expression().optional().describe("The items of an answer: rows for other steps"),
  method: oneOf(JOB_METHODS).optional().describe("The method"),
  headers: named(anyText()).optional().describe("Fields of its requests"),
  body: text().optional().describe("The body as text, a template"),
  json: z.unknown().optional().describe("The body as JSON; its strings are templates"),
  form: named(values.scalarOrList).optional().describe("The body as a form; values are templates"),
  file: text().optional().describe("The body from a file, beside the job's"),
  paginate: pagesSchema.optional(),
  batch: batch.optional().describe("Several rows in one request"),
  rules: z
    .array(rule, { error: (issue) => wrong("a list of rules", issue.input) })
    .optional()
    .describe("What is known of answers that their status does not say"),
  accept: statusSet().optional().describe("Statuses that are answers"),
  limits: limits.optional().describe("How much at once, for this step"),
  follow: oneOrMore(text("a CSS selector")).optional().describe("Links to follow"),
  download: oneOrMore(text("a CSS selector")).optional().describe("Links whose files are saved"),
  merge: text("a file's name").optional().describe("The one book that the files become"),
  next: text("a CSS selector").optional().describe("The link to the next page of a chain"),
  scope: oneOf(JOB_SCOPES).optional().describe("How far links are followed"),
  depth: count(0).optional().describe("Links from the start at most"),
  include: oneOrMore(text("a glob")).optional().describe("Globs of URLs to follow"),
  exclude: oneOrMore(text("a glob")).optional().describe("Globs of URLs not to follow"),
  drop: oneOrMore(text("a parameter's name"))
    .optional()
    .describe("Parameters that do not tell one page from another"),
  sitemap: flag().optional().describe("Whether the pages of the site's sitemaps are starts too"),
  robots: oneOf(JOB_ROBOTS).optional().describe("Whether robots.txt is obeyed"),
  remoteHeaderName: flag().optional().describe("Whether files are called as their server does"),
  remoteTime: flag().optional().describe("Whether files get the server's time"),
  dedupe: flag().optional().describe("Whether equal files are saved once"),
  title: text().optional().describe("Title of the book"),
  ...outputs,
}).meta({ id: "step" });
