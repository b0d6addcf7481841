/** Kinds of pagination. */
export const PAGE_KINDS = ["auto", "link", "page", "offset", "cursor"] as const;

/** What holds for every kind of pages. */
export interface JobPageLimits {
  /** Where the list is on a page. @default found by itself */
  readonly items?: string;
  /** Path within an item of what tells it from others, so that one on two pages counts once. */
  readonly key?: string;
  /** Pages of one list at most. @default 10000 */
  readonly maxPages?: number;
  /** Further origins to which a next page may lead; requests there carry no credentials. @default none */
  readonly origins?: string | readonly string[];
  /** Whether pages whose number is known are asked side by side. @default "when-counted" */
  readonly parallel?: "when-counted" | "never";
}

/** Items in all, where an answer tells it. */
interface CountedPages extends JobPageLimits {
  readonly total?: string;
}

/**
 * How an endpoint that answers in pages tells of the next one. Expressions are those of `each`, or
 * `header:NAME`; `into` is a parameter of the query, or `json:PATH` in the body that is sent.
 */
export type JobPages =
  | "auto"
  | "link"
  | ({ readonly kind: "auto" } & JobPageLimits)
  /** The Link field (RFC 8288), or the URL that `next` finds. */
  | ({ readonly kind: "link"; readonly next?: string } & CountedPages)
  | ({
      readonly kind: "page";
      readonly into: string;
      /** Number of the first page. @default the one that is asked for, or 1 */
      readonly start?: number;
      /** Number of pages, where an answer tells it. */
      readonly last?: string;
    } & CountedPages)
  | ({
      readonly kind: "offset";
      readonly into: string;
      /** Where the first page begins. @default the place that is asked for, or 0 */
      readonly start?: number;
    } & CountedPages)
  | ({
      readonly kind: "cursor";
      /** The token of the next page. */
      readonly next: string;
      /** `*` where the token is an object whose members all go into the query. */
      readonly into: string;
      /** Whether there is more. @default while there is a token */
      readonly more?: string;
      /** Wait until a token works. @default none */
      readonly delay?: string;
      /** Whether an answer says that the token does not work yet. */
      readonly notReady?: string;
    } & JobPageLimits);
