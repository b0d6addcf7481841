import type { Failure } from "../core/failure.ts";
import type { HttpRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import { UsageError } from "../core/usage-error.ts";
import { followPath, parseFieldPath } from "../formats/field-path.ts";
import { compilePageReader } from "./page-answer.ts";
import { initialPagerState, type PagerState, type PagesEnd } from "./pager-state.ts";
import type { AskedPaging, Paging } from "./paging.ts";
import { createSeenItems } from "./seen-items.ts";
import { SteppingPager } from "./stepping-pager.ts";

/** How a list in pages is to be read. */
export interface PagerOptions {
  /** The request for its first page. */
  readonly request: HttpRequest;
  readonly paging: AskedPaging;
  /** Expression of the list on a page. @default what `findItems` finds */
  readonly items?: string | undefined;
  /** Path within an item of what tells it from others: items that come again are then left out. @default none: they are counted */
  readonly key?: string | undefined;
  /** Pages that are read at most. @default 10000 */
  readonly maxPages?: number | undefined;
  /** Further origins to which the next page may lead; requests there carry no credentials. @default none */
  readonly origins?: readonly string[] | undefined;
  /** Query parameters that hold credentials: a server that repeats them in its links is not to spread them. @default none */
  readonly secretParameters?: readonly string[] | undefined;
  /** Whether pages whose number is known are asked side by side. @default "when-counted" */
  readonly parallel?: "when-counted" | "never" | undefined;
}

/** A page to ask for. */
export interface PageRequest {
  /** From 1; a page is told back by it. */
  readonly page: number;
  readonly request: HttpRequest;
  /** Wait before it leaves, in milliseconds. */
  readonly afterMs: number;
  /** `fresh`: the same question as before is to reach the server again. */
  readonly answers: "any" | "fresh";
}

/** What a page brought. */
export interface PageItems {
  /** Its items, without those that came before where that can be told by a key. */
  readonly items: readonly unknown[];
  readonly repeated: number;
}

/** Says which page to ask for next, and when the list is at its end. Waits for nothing, sends nothing. */
export interface Pager {
  /** How the pages follow each other, as a job file would say it; undefined until `auto` has found it. */
  readonly paging: Paging | undefined;
  /** A page that may be asked for now; undefined where one has to land first, or all were given. */
  next(): PageRequest | undefined;
  /** Takes a page. `items` are its items where the caller knows them. @throws RangeError for a page that is not out */
  onAnswer(page: number, response: HttpResponse, items?: readonly unknown[]): Promise<PageItems>;
  /** Takes it that a page will not come. @throws RangeError for a page that is not out */
  onFailure(page: number, failure: Failure): void;
  /** Set once no page is needed any more. */
  readonly end: PagesEnd | undefined;
  /** All there is to know, as plain JSON, to go on with later; pages that are out are asked again then. */
  save(): PagerState;
}

/**
 * Prepares the reading of a list in pages, from the beginning or from where `save` left off.
 * @throws UsageError for an expression that is none.
 */
export async function createPager(options: PagerOptions, saved?: PagerState): Promise<Pager> {
  const width = options.parallel === "never" ? "one" : "all";
  const state =
    saved === undefined ? initialPagerState(options.paging, width) : structuredClone(saved);
  const read = options.items === undefined ? undefined : await compilePageReader(options.items);
  const key = options.key === undefined ? undefined : parseFieldPath(options.key);
  if (options.key !== undefined && key === undefined) {
    throw new UsageError(
      `"${options.key}" is no path; the key of an item is written like id or user.id`,
    );
  }
  const seen = createSeenItems(
    (item) => (key === undefined ? item : followPath(key, item)),
    state.seen,
  );
  const pager = new SteppingPager(options, { state, read, seen });
  if (state.paging !== undefined) await pager.use(state.paging);
  return pager;
}
