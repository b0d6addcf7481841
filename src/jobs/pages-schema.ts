import * as z from "zod";

import { kindFault } from "./auth-schema.ts";
import { PAGE_KINDS } from "./job-pages.ts";
import { count, duration, keyed, oneOf, text } from "./schema-words.ts";
import { expression } from "./expression-schema.ts";

const common = {
  items: expression().optional().describe("Where the items of a page are"),
  key: text().optional().describe("What tells an item from others: one on two pages counts once"),
  maxPages: count(1).optional().describe("Pages of one request at most"),
  delay: duration().optional().describe("Wait between a page and the next"),
  parallel: count(1, ["auto"])
    .optional()
    .describe("Pages of one request in flight once their number is known"),
  origin: oneOf(["same", "any"]).optional().describe("Where a next URL may lead"),
};

const kinds = z.discriminatedUnion(
  "kind",
  [
    keyed("auto pages", { kind: z.literal("auto"), ...common }),
    keyed("link pages", {
      kind: z.literal("link"),
      rel: text().optional().describe("The relation of the Link field"),
      ...common,
    }),
    keyed("numbered pages", {
      kind: z.literal("page"),
      into: text().optional().describe("The query's parameter for the page"),
      first: count(0).optional().describe("Number of the first page"),
      size: count(1).optional().describe("Items of a page"),
      sizeInto: text().optional().describe("The parameter that asks for so many"),
      total: expression().optional().describe("Items in all, where an answer tells it"),
      pages: expression().optional().describe("Number of pages, where an answer tells it"),
      ...common,
    }),
    keyed("offset pages", {
      kind: z.literal("offset"),
      into: text().optional().describe("The query's parameter for the offset"),
      size: count(1).describe("Items of a page"),
      sizeInto: text().optional().describe("The parameter that asks for so many"),
      total: expression().optional().describe("Items in all, where an answer tells it"),
      ...common,
    }),
    keyed("cursor pages", {
      kind: z.literal("cursor"),
      next: expression().describe("The token of the next page, or its URL without `into`"),
      into: text().optional().describe("The query's parameter for the token"),
      more: expression().optional().describe("Whether there is more"),
      notReady: expression().optional().describe("Whether the token does not work yet"),
      ...common,
    }),
  ],
  { error: (issue) => kindFault(issue.input, PAGE_KINDS) },
);

/** How an endpoint tells of its next page. */
export const pagesSchema = z
  .union([oneOf(PAGE_KINDS), kinds])
  .describe("How the endpoint tells of its next page");
