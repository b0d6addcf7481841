import type { PageFault } from "./page-fault.ts";
import type { PagePosition } from "./page-position.ts";
import type { PageExtent, PageSeries } from "./page-series.ts";
import type { AskedPaging, Paging } from "./paging.ts";

/** A page that is to be asked for, or that is out. */
export interface WaitingPage {
  readonly page: number;
  readonly position: PagePosition;
  readonly afterMs: number;
  /** Times it was asked for in vain. */
  readonly tries: number;
  /** Whether an answer that is remembered will do, or the server has to be asked anew. */
  readonly answers: "any" | "fresh";
}

/** How the pages of a list ended. */
export interface PagesEnd {
  /** Pages that came. */
  readonly pages: number;
  /** Distinct items on them. */
  readonly items: number;
  /** Items that came more than once. */
  readonly repeated: number;
  /** What is to be said of it, a sentence each: the list grew, items are missing. */
  readonly notes: readonly string[];
  /** Why it is not all; undefined where it is. */
  readonly fault?: PageFault | undefined;
}

/** All that a pager knows between two pages, as JSON has it: enough to go on with in another process. */
export interface PagerState {
  version: 1;
  /** Undefined until `auto` has found it. */
  paging: Paging | undefined;
  /** `again`: a counted list that shifted is read once more, page by page. */
  mode: "first" | "chain" | "series" | "again" | "ended";
  /** Pages given out so far, by their numbers. */
  planned: number;
  answered: number;
  items: number;
  repeated: number;
  failed: number[];
  notes: string[];
  series: PageSeries | undefined;
  /** Pages of the series; undefined while nobody knows. */
  pages: number | undefined;
  /** Where the last page of a series leads, against what was counted. */
  beyond: PagePosition | undefined;
  /** Whether pages are read that were read before: items are then known by all of them. */
  rereading: boolean;
  /** What the first page said of the whole, and the latest that came. */
  announced: PageExtent;
  latest: PageExtent;
  /** Whether counted pages may be asked side by side. */
  width: "all" | "one";
  waiting: WaitingPage[];
  /** Digests of the positions that were visited. */
  trail: string[];
  /** Origins to which the next page may lead. */
  origins: string[];
  /** Digest of the first page's items. */
  firstPage: string | undefined;
  /** `SeenItems.save`; empty where there is no key and there are very many items. */
  seen: string;
  end: PagesEnd | undefined;
}

const UNKNOWN: PageExtent = { pages: undefined, total: undefined };

/** The state before the first page. */
export function initialPagerState(paging: AskedPaging, width: "all" | "one"): PagerState {
  const isCounted = paging.kind === "page" || paging.kind === "offset";
  const start = isCounted ? paging.start : undefined;
  const position: PagePosition =
    isCounted && start !== undefined
      ? { at: "value", into: paging.into, value: start }
      : { at: "first" };
  return {
    version: 1,
    paging: paging.kind === "auto" ? undefined : paging,
    mode: "first",
    planned: 1,
    answered: 0,
    items: 0,
    repeated: 0,
    failed: [],
    notes: [],
    series: undefined,
    pages: undefined,
    beyond: undefined,
    rereading: false,
    announced: UNKNOWN,
    latest: UNKNOWN,
    width,
    waiting: [{ page: 1, position, afterMs: 0, tries: 0, answers: "any" }],
    trail: [],
    origins: [],
    firstPage: undefined,
    seen: "",
    end: undefined,
  };
}
