import type { JobExpression } from "./job.ts";

/** Kinds of pagination. */
export const PAGE_KINDS = ["auto", "link", "page", "offset", "cursor"] as const;

/** What holds for every kind of pages. */
export interface JobPageLimits {
  /** Where the items of a page are. @default the rows of `each` */
  readonly items?: JobExpression;
  /** What tells an item from others, so that one that is on two pages counts once. */
  readonly key?: string;
  /** Pages of one request at most. @default 10000 */
  readonly maxPages?: number;
  /** Wait between a page and the next. @default none */
  readonly delay?: string;
  /** Pages of one request in flight once their number is known; 1 is one after the other. @default "auto" */
  readonly parallel?: number | "auto";
  /** Where a next URL may lead. @default "same" */
  readonly origin?: "same" | "any";
}

/** How an endpoint that answers in pages tells of the next one. */
export type JobPages =
  | (typeof PAGE_KINDS)[number]
  | ({ readonly kind: "auto" } & JobPageLimits)
  /** The Link field (RFC 8288). */
  | ({ readonly kind: "link"; /** @default "next" */ readonly rel?: string } & JobPageLimits)
  | ({
      readonly kind: "page";
      /** The query's parameter. @default "page" */
      readonly into?: string;
      /** @default 1 */
      readonly first?: number;
      /** Items of a page, and the parameter that asks for so many. */
      readonly size?: number;
      readonly sizeInto?: string;
      /** Items in all, or the number of pages, where an answer tells it. */
      readonly total?: JobExpression;
      readonly pages?: JobExpression;
    } & JobPageLimits)
  | ({
      readonly kind: "offset";
      /** @default "offset" */
      readonly into?: string;
      readonly size: number;
      /** @default "limit" */
      readonly sizeInto?: string;
      readonly total?: JobExpression;
    } & JobPageLimits)
  | ({
      readonly kind: "cursor";
      /** The token of the next page, or its URL where `into` is left out. */
      readonly next: JobExpression;
      readonly into?: string;
      /** Whether there is more, where a token alone does not tell. */
      readonly more?: JobExpression;
      /** Whether the token does not work yet: the page is asked again. */
      readonly notReady?: JobExpression;
    } & JobPageLimits);
