import { hash } from "node:crypto";

import { stringifyJson } from "../formats/json.ts";
import { queryValue } from "../formats/query-text.ts";
import type { PageAnswer } from "./page-answer.ts";
import type { PageFault } from "./page-fault.ts";
import { type PagePosition, positionDigest } from "./page-position.ts";
import { type PageSeries, pagesOf, positionIn } from "./page-series.ts";
import type { PageWalk } from "./page-walk.ts";
import type { PagerState } from "./pager-state.ts";

/** What bounds a list, and what it is read by. */
export interface CourseOptions {
  readonly walk: PageWalk;
  readonly maxPages: number;
  /** Whether items are told apart by a key of theirs. */
  readonly keyed: boolean;
  /** Digests of the positions that were visited. */
  readonly trail: Set<string>;
}

/** After the first page: counted pages, or one that leads to the next. */
export function beginCourse(state: PagerState, answer: PageAnswer, options: CourseOptions): void {
  const { walk, trail } = options;
  const found = walk.series(answer);
  state.announced = walk.extent(answer);
  state.latest = state.announced;
  state.firstPage = digestOf(answer);
  for (const { url } of [answer.request, answer.response]) {
    trail.add(positionDigest({ at: "url", url }));
  }
  if (found !== undefined) {
    state.mode = "series";
    state.series = found.series;
    state.pages = found.pages ?? pagesOf(found.series, state.announced);
    const isEmpty = answer.items !== undefined && answer.items.length === 0;
    if (state.pages === undefined && isEmpty) state.pages = 1;
    if (state.pages === undefined && answer.items === undefined) finishPages(state, noList(1));
    return;
  }
  const isCounted = walk.paging.kind === "page" || walk.paging.kind === "offset";
  if (isCounted) finishPages(state, answer.items === undefined ? noList(1) : undefined);
  else {
    state.mode = "chain";
    const { total } = state.announced;
    const isPart = total !== undefined && total > (answer.items?.length ?? 0);
    if (walk.paging.kind === "none" && isPart) {
      note(
        state,
        `the server announces ${total} items; how further pages are asked for is unknown`,
      );
    }
    followChain(state, answer, 1, options);
  }
}

/** After a page that leads to the next one. */
export function followChain(
  state: PagerState,
  answer: PageAnswer,
  page: number,
  { walk, maxPages, trail }: CourseOptions,
): void {
  const next = walk.next(answer);
  if (next === undefined) return finishPages(state);
  if (!("at" in next)) return finishPages(state, next);
  const digest = positionDigest(next);
  if (trail.has(digest)) {
    // A feed's last token is given again as long as nothing is behind it.
    if (answer.items?.length === 0) return finishPages(state);
    const words = `page ${page} leads to a page that was already read`;
    return finishPages(state, { kind: "page-loop", words });
  }
  trail.add(digest);
  if (state.answered >= maxPages) return finishPages(state, tooMany(maxPages));
  state.planned = page + 1;
  const afterMs = walk.delayMs;
  state.waiting.push({ page: page + 1, position: next, afterMs, tries: 0, answers: "any" });
}

/** After a page of counted ones. */
export function countPage(
  state: PagerState,
  answer: PageAnswer,
  page: number,
  { walk }: CourseOptions,
): void {
  const { items } = answer;
  const extent = walk.extent(answer);
  state.latest = {
    pages: extent.pages ?? state.latest.pages,
    total: extent.total ?? state.latest.total,
  };
  // Beware: a list that moves by a whole page shows one again, but then its total moves too.
  const isSteady = state.latest.total === state.announced.total;
  if (isSteady && state.firstPage !== undefined && digestOf(answer) === state.firstPage) {
    const words = `page ${page} is page 1 again: the server does not heed ${state.series!.into}`;
    return finishPages(state, { kind: "page-loop", words });
  }
  if (items === undefined && state.series!.size > 0) {
    // Not what the first page was: what is left is asked with care.
    state.width = "one";
    if (state.pages !== undefined) state.failed.push(page);
  }
  if (state.pages === undefined && (items === undefined || items.length === 0)) {
    state.pages = state.planned;
  }
  const next = walk.next(answer);
  if (walk.paging.kind !== "link") return;
  if (page === state.pages) state.beyond = next !== undefined && "at" in next ? next : undefined;
  else if (!isAsCounted(state.series!, page, next)) misread(state);
}

/** Lines up the next counted page where one may leave while `out` are out. */
export function planPage(state: PagerState, out: number, { maxPages }: CourseOptions): void {
  if (state.mode !== "series" && state.mode !== "again") return;
  const isSingle = state.width === "one" || state.pages === undefined;
  if (isSingle && out > 0) return;
  if (state.planned >= Math.min(state.pages ?? Infinity, maxPages)) return;
  state.planned += 1;
  const page = state.planned;
  const answers = state.mode === "again" ? "fresh" : "any";
  const position = positionIn(state.series!, page);
  state.waiting.push({ page, position, afterMs: 0, tries: 0, answers });
}

/** Once nothing is out: whether the list is whole, has grown, or has to be read once more. */
export function settleCourse(state: PagerState, { maxPages, keyed, trail }: CourseOptions): void {
  if (state.mode !== "series" && state.mode !== "again") return;
  const pages = state.pages ?? Infinity;
  if (state.planned < Math.min(pages, maxPages)) return;
  if (state.planned < pages) return finishPages(state, tooMany(maxPages));
  const { announced, latest, series, mode, failed } = state;
  if (failed.length > 0) return finishPages(state, someFailed(state));
  const grownTo = pagesOf(series!, latest) ?? 0;
  const saysMore = latest.total !== announced.total || latest.pages !== announced.pages;
  if (mode === "series" && grownTo > pages && saysMore) {
    state.pages = grownTo;
    state.width = "one";
    return;
  }
  if (state.beyond !== undefined) return goBeyond(state, state.beyond, trail);
  const { total } = latest;
  const hasShifted = total !== announced.total || (keyed && state.repeated > 0);
  if (hasShifted) note(state, "the list shifted while it was read");
  if (total === undefined) return finishPages(state);
  // Where items vanished, those behind them moved to pages that were already read.
  const mayMiss = state.items < total || total < (announced.total ?? 0);
  if (mode === "series" && hasShifted && mayMiss) {
    note(state, "it was read once more, page by page");
    const known = Math.max(pages, grownTo);
    const again = {
      mode: "again",
      rereading: true,
      planned: 0,
      width: "one",
      pages: known,
    } as const;
    Object.assign(state, again);
    return;
  }
  const received = keyed || mode === "again" ? state.items : state.items + state.repeated;
  if (series!.size > 0 && (received < total || (received > total && !hasShifted))) {
    note(state, `the server announces ${total} items and gave ${received}`);
  }
  finishPages(state);
}

/** Whether a page leads where the next one was counted to be. */
function isAsCounted(
  { into, start, stride }: PageSeries,
  page: number,
  next: PagePosition | PageFault | undefined,
): boolean {
  if (next === undefined || !("at" in next) || next.at !== "url") return false;
  return queryValue(next.url, into) === String(start + page * stride);
}

/** The links do not count as they seemed to: what is out may land, then each page leads to the next. */
function misread(state: PagerState): void {
  state.pages = state.planned;
  state.beyond = { at: "url", url: state.series!.base! };
  state.rereading = true;
  state.failed = [];
}

/** The last page that was counted leads on: from there each page leads to the next. */
function goBeyond(state: PagerState, position: PagePosition, trail: Set<string>): void {
  const words = state.rereading
    ? "the links do not count as they seemed to; each page was followed to the next"
    : "the list is longer than its first page said";
  note(state, words);
  const page = state.planned + 1;
  trail.add(positionDigest(position));
  Object.assign(state, { mode: "chain", planned: page, beyond: undefined });
  state.waiting.push({ page, position, afterMs: 0, tries: 0, answers: "any" });
}

/** Ends the list; what is lined up is not asked for any more. */
export function finishPages(state: PagerState, fault?: PageFault): void {
  if (state.mode === "ended") return;
  state.mode = "ended";
  state.waiting = [];
  const { answered, items, repeated, notes } = state;
  state.end = {
    pages: answered,
    items,
    repeated,
    notes,
    ...(fault === undefined ? {} : { fault }),
  };
}

/** A page is known again by its items, where they are objects: lists of plain values may well be equal. */
function digestOf({ items }: PageAnswer): string | undefined {
  const [first] = items ?? [];
  if (typeof first !== "object" || first === null) return undefined;
  return hash("sha256", stringifyJson(items), "base64url").slice(0, 16);
}

function note(state: PagerState, words: string): void {
  if (!state.notes.includes(words)) state.notes.push(words);
}

function noList(page: number): PageFault {
  const words = `page ${page} has no list that could be counted; say where it is`;
  return { kind: "page-unreadable", words };
}

function tooMany(maxPages: number): PageFault {
  return { kind: "page-limit", words: `there are more than ${maxPages} pages` };
}

function someFailed({ failed, planned }: PagerState): PageFault {
  const named = failed.slice(0, 5).join(", ");
  const words = `${failed.length} of ${planned} pages failed: ${named}${failed.length > 5 ? ", …" : ""}`;
  return { kind: "page-failed", words };
}
