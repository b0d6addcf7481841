import type { HttpRequest } from "../core/request.ts";
import { isTrue } from "../formats/truth.ts";
import { parseJson } from "../formats/json.ts";
import { queryValue } from "../formats/query-text.ts";
import { valueText } from "../formats/value-text.ts";
import { followPath } from "../formats/field-path.ts";
import { compilePageReader, countOf, type PageAnswer, type PageReader } from "./page-answer.ts";
import type { PageFault } from "./page-fault.ts";
import { linkOf, type LinkOptions, LONGEST_LINK, nextByLink } from "./page-link.ts";
import type { PagePosition } from "./page-position.ts";
import { type FoundSeries, type PageExtent, seriesOfLinks } from "./page-series.ts";
import type { CursorPaging, LinkPaging, OffsetPaging, PagePaging, Paging } from "./paging.ts";

/** How one kind of paging leads from page to page. Pure. */
export interface PageWalk {
  readonly paging: Paging;
  /** How the first page says that the others are counted; undefined where each leads to the next. */
  series(first: PageAnswer): FoundSeries | undefined;
  /** What a page says of the whole list, besides its links. */
  extent(answer: PageAnswer): PageExtent;
  /** Where the page after this one is; undefined after the last. */
  next(answer: PageAnswer): PagePosition | PageFault | undefined;
  isNotReady(answer: PageAnswer): boolean;
  /** Wait before a page is asked for, in milliseconds. */
  readonly delayMs: number;
}

/** What a walk needs to know besides its kind. */
export interface WalkOptions extends LinkOptions {
  readonly request: HttpRequest;
}

/** Prepares a way of paging. @throws UsageError for an expression that is none. */
export async function compileWalk(paging: Paging, options: WalkOptions): Promise<PageWalk> {
  switch (paging.kind) {
    case "link":
      return linkWalk(paging, options);
    case "cursor":
      return cursorWalk(paging);
    case "page":
    case "offset":
      return countedWalk(paging, options);
    case "none": {
      const total = await reader(paging.total);
      const extent = (answer: PageAnswer): PageExtent => ({
        pages: undefined,
        total: countOf(total?.(answer)),
      });
      return { ...PLAIN, paging, extent };
    }
  }
}

const UNKNOWN: PageExtent = { pages: undefined, total: undefined };

const PLAIN = {
  series: () => undefined,
  extent: () => UNKNOWN,
  next: () => undefined,
  isNotReady: () => false,
  delayMs: 0,
} satisfies Omit<PageWalk, "paging">;

async function reader(text: string | undefined): Promise<PageReader | undefined> {
  return text === undefined ? undefined : compilePageReader(text);
}

async function linkWalk(paging: LinkPaging, options: WalkOptions): Promise<PageWalk> {
  const read = await reader(paging.next);
  const total = await reader(paging.total);
  const extent = (answer: PageAnswer): PageExtent => ({
    pages: undefined,
    total: countOf(total?.(answer)),
  });
  return {
    ...PLAIN,
    paging,
    extent,
    series(first) {
      const next = nextByLink(first, read, options);
      if (next === undefined || !("at" in next) || next.at !== "url") return undefined;
      const found = seriesOfLinks({
        here: first.response.url,
        next: next.url,
        last: read === undefined ? linkOf(first, "last") : undefined,
        size: first.items?.length ?? 0,
        reach: next.reach,
      });
      const isWhole = found?.pages !== undefined || extent(first).total !== undefined;
      return isWhole ? found : undefined;
    },
    next: (answer) => nextByLink(answer, read, options),
  };
}

async function cursorWalk(paging: CursorPaging): Promise<PageWalk> {
  const token = await compilePageReader(paging.next);
  const more = await reader(paging.more);
  const notReady = await reader(paging.notReady);
  return {
    ...PLAIN,
    paging,
    delayMs: paging.delayMs ?? 0,
    isNotReady: (answer) => notReady !== undefined && isTrue(notReady(answer)),
    next(answer) {
      if (more !== undefined && !isTrue(more(answer))) return undefined;
      const value = token(answer);
      const isMembers = paging.into === "*" && value !== "";
      if (!isTrue(value)) return undefined;
      const isObject = typeof value === "object" && !Array.isArray(value);
      const isLong = valueText(value).length > LONGEST_LINK;
      if (isObject !== isMembers || Array.isArray(value) || isLong) {
        return { kind: "page-unreadable", words: `${paging.next} is no token of a next page` };
      }
      return { at: "value", into: paging.into, value };
    },
  };
}

async function countedWalk(
  paging: PagePaging | OffsetPaging,
  { request }: WalkOptions,
): Promise<PageWalk> {
  const total = await reader(paging.total);
  const last = await reader(paging.kind === "page" ? paging.last : undefined);
  const first = paging.kind === "page" ? 1 : 0;
  const start = paging.start ?? countOf(valueIn(request, paging.into)) ?? first;
  return {
    ...PLAIN,
    paging,
    series({ items }) {
      const size = items?.length ?? 0;
      const stride = paging.kind === "page" ? 1 : size;
      if (stride === 0) return undefined;
      const series = { into: paging.into, start, stride, size, base: undefined };
      return { series, pages: undefined };
    },
    extent: (answer) => ({ pages: countOf(last?.(answer)), total: countOf(total?.(answer)) }),
  };
}

/** What a request already says in a place. */
function valueIn({ url, body }: HttpRequest, into: string): unknown {
  if (!into.startsWith("json:")) return queryValue(url, into);
  try {
    return followPath(into.slice("json:".length).split("."), parseJson(body ?? "{}"));
  } catch {
    return undefined;
  }
}
