import * as z from "zod";

import { kindFault } from "./auth-schema.ts";
import { PAGE_KINDS } from "./job-pages.ts";
import { count, duration, keyed, oneOf, oneOrMore, text, word } from "./schema-words.ts";

const common = {
  items: text("an expression").optional().describe("Where the list is on a page"),
  key: text("a path").optional().describe("What tells an item from others, such as id"),
  maxPages: count(1).optional().describe("Pages of one list at most"),
  origins: oneOrMore(text("an origin")).optional().describe("Where else a next page may lead"),
  parallel: oneOf(["when-counted", "never"])
    .optional()
    .describe("Whether pages whose number is known are asked side by side"),
};
const total = text("an expression").optional().describe("Items in all, where an answer tells it");
const into = text("a parameter").describe("A parameter of the query, or json:PATH in the body");
const start = count(0).optional().describe("Where the first page begins");

const kinds = z.discriminatedUnion(
  "kind",
  [
    keyed("auto pages", { kind: z.literal("auto"), ...common }),
    keyed("link pages", {
      kind: z.literal("link"),
      next: text("an expression").optional().describe("The next URL, where it is no Link field"),
      total,
      ...common,
    }),
    keyed("numbered pages", {
      kind: z.literal("page"),
      into,
      start,
      last: text("an expression").optional().describe("Number of pages, where an answer tells it"),
      total,
      ...common,
    }),
    keyed("offset pages", { kind: z.literal("offset"), into, start, total, ...common }),
    keyed("cursor pages", {
      kind: z.literal("cursor"),
      next: text("an expression").describe("The token of the next page"),
      into,
      more: text("an expression").optional().describe("Whether there is more"),
      delay: duration().optional().describe("Wait until a token works"),
      notReady: text("an expression").optional().describe("Whether the token does not work yet"),
      ...common,
    }),
  ],
  { error: (issue) => kindFault(issue.input, PAGE_KINDS) },
);

/** `auto` or `link`, which need no more than the word. */
const alone = word<"auto" | "link">({ type: "string", enum: ["auto", "link"] }, (value) => {
  if (value === "auto" || value === "link") return undefined;
  const isKind = PAGE_KINDS.some((kind) => kind === value);
  if (isKind) return `needs more than a word; write { kind: ${String(value)}, into: PARAMETER, … }`;
  return oneOf(PAGE_KINDS).safeParse(value).error?.issues[0]?.message;
});

/** How an endpoint tells of its next page. */
export const pagesSchema = z
  .union([alone, kinds])
  .describe("How the endpoint tells of its next page");
