/** The next page's URL stands in the Link field (RFC 8288), or in the body. */
export interface LinkPaging {
  readonly kind: "link";
  /** Expression of the URL. @default the Link field's `rel="next"` */
  readonly next?: string | undefined;
  /** Expression of how many items there are in all: pages are then asked side by side. @default unknown */
  readonly total?: string | undefined;
}

/** A token in each answer asks for the page after it. */
export interface CursorPaging {
  readonly kind: "cursor";
  /** Expression of the token; of an object whose members all go into the query where `into` is `*`. */
  readonly next: string;
  /** Query parameter that takes it, or `json:PATH` for a member of the JSON body that is sent. */
  readonly into: string;
  /** Expression that is true while there are more. @default while there is a token */
  readonly more?: string | undefined;
  /** A token works only so long after it was given. Milliseconds. @default 0 */
  readonly delayMs?: number | undefined;
  /** Expression that is true of an answer that says that the token does not work yet. @default none does */
  readonly notReady?: string | undefined;
}

/** Pages are numbered. */
export interface PagePaging {
  readonly kind: "page";
  /** Query parameter or `json:PATH` that takes the number. */
  readonly into: string;
  /** Number of the first page. @default the one that is asked for, or 1 */
  readonly start?: number | undefined;
  /** Expression of the number of pages. @default unknown */
  readonly last?: string | undefined;
  /** Expression of how many items there are in all. @default unknown */
  readonly total?: string | undefined;
}

/** Pages begin at an item's number. */
export interface OffsetPaging {
  readonly kind: "offset";
  /** Query parameter or `json:PATH` that takes the number of items before the page. */
  readonly into: string;
  /** Where the first page begins. @default the place that is asked for, or 0 */
  readonly start?: number | undefined;
  /** Expression of how many items there are in all. @default unknown */
  readonly total?: string | undefined;
}

/** Everything is on one page. */
export interface NoPaging {
  readonly kind: "none";
  /** Expression of how many items there are in all. @default unknown */
  readonly total?: string | undefined;
}

/** How the pages of a list follow each other. Expressions are those of `compileSelector`, or `header:NAME`. */
export type Paging = LinkPaging | CursorPaging | PagePaging | OffsetPaging | NoPaging;

/** A kind of paging whose names are to be found. */
export type NamedPaging = "page" | "offset" | "cursor";

/** A way of paging, or the wish that it be found: any, or one of a kind that is known. */
export type AskedPaging = Paging | { readonly kind: "auto"; readonly of?: NamedPaging };
