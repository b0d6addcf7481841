import type { Failure } from "../core/failure.ts";
import type { HttpResponse } from "../core/response.ts";
import { detectNamedPaging, detectPaging } from "./detect-paging.ts";
import { type PageAnswer, type PageReader, readPage } from "./page-answer.ts";
import {
  beginCourse,
  countPage,
  type CourseOptions,
  finishPages,
  followChain,
  planPage,
  settleCourse,
} from "./page-course.ts";
import { requestAt } from "./page-position.ts";
import { compileWalk, type PageWalk } from "./page-walk.ts";
import type { PageItems, PageRequest, Pager, PagerOptions } from "./pager.ts";
import type { PagerState, PagesEnd, WaitingPage } from "./pager-state.ts";
import type { Paging } from "./paging.ts";
import type { SeenItems } from "./seen-items.ts";

const MOST_PAGES = 10_000;
/** Times a token is tried that does not work yet: a minute in all, from one second on. */
const MOST_TRIES = 6;
const FIRST_RETRY_MS = 1_000;
/** Items of a list without a key that are known again after `save`: eleven bytes each. */
const MOST_SAVED = 100_000;
/** What servers say of a page behind the last. */
const BEYOND: ReadonlySet<number | undefined> = new Set([400, 404, 410, 416, 422]);
const NOTHING: PageItems = { items: [], repeated: 0 };

/** What a pager is made of besides its options. */
export interface PagerParts {
  readonly state: PagerState;
  readonly read: PageReader | undefined;
  readonly seen: SeenItems;
}

/** A pager over a state that can be saved between any two pages. */
export class SteppingPager implements Pager {
  readonly #options: PagerOptions;
  readonly #state: PagerState;
  readonly #read: PageReader | undefined;
  readonly #seen: SeenItems;
  readonly #trail: Set<string>;
  readonly #out = new Map<number, WaitingPage>();
  readonly #maxPages: number;
  readonly #origins: Set<string>;
  #walk: PageWalk | undefined;

  constructor(options: PagerOptions, { state, read, seen }: PagerParts) {
    this.#options = options;
    this.#state = state;
    this.#read = read;
    this.#seen = seen;
    this.#trail = new Set(state.trail);
    this.#maxPages = options.maxPages ?? MOST_PAGES;
    this.#origins = new Set([options.request.origin, ...(options.origins ?? []), ...state.origins]);
  }

  get paging(): Paging | undefined {
    return this.#state.paging;
  }

  get end(): PagesEnd | undefined {
    return this.#state.end;
  }

  async use(paging: Paging): Promise<void> {
    this.#state.paging = paging;
    const { request, secretParameters } = this.#options;
    const origins = this.#origins;
    this.#walk = await compileWalk(paging, { request, origins, secretParameters });
  }

  save(): PagerState {
    const isSmall = this.#seen.count <= MOST_SAVED;
    return structuredClone({
      ...this.#state,
      waiting: [...this.#out.values(), ...this.#state.waiting],
      trail: [...this.#trail],
      origins: [...this.#origins],
      seen: isSmall || this.#options.key !== undefined ? this.#seen.save() : "",
    });
  }

  next(): PageRequest | undefined {
    const state = this.#state;
    if (state.waiting.length === 0 && this.#walk !== undefined) {
      planPage(state, this.#out.size, this.#course(this.#walk));
    }
    const waiting = state.waiting.shift();
    if (waiting === undefined) return undefined;
    const { page, position, afterMs, answers } = waiting;
    this.#out.set(page, waiting);
    return { page, request: requestAt(this.#options.request, position, page), afterMs, answers };
  }

  async onAnswer(
    page: number,
    response: HttpResponse,
    items?: readonly unknown[],
  ): Promise<PageItems> {
    const waiting = this.#taken(page);
    const answer = this.#answerOf(waiting, response, items);
    const state = this.#state;
    if (page === 1) this.#origins.add(new URL(response.url).origin);
    if (this.#walk === undefined) await this.use(this.#detect(answer));
    const walk = this.#walk!;
    if (page > 1 && walk.isNotReady(answer)) return this.#askAgain(waiting);
    this.#out.delete(page);
    const { fresh, repeated } = this.#seen.take(answer.items ?? []);
    const isAgain = state.rereading;
    state.items += fresh.length;
    if (!isAgain) {
      state.answered += 1;
      state.repeated += repeated;
    }
    const course = this.#course(walk);
    if (state.mode === "first") beginCourse(state, answer, course);
    else if (state.mode === "chain") followChain(state, answer, page, course);
    else if (state.mode === "series") countPage(state, answer, page, course);
    this.#settle();
    const onlyFresh = isAgain || this.#options.key !== undefined;
    return { items: onlyFresh ? fresh : (answer.items ?? []), repeated: isAgain ? 0 : repeated };
  }

  onFailure(page: number, failure: Failure): void {
    const waiting = this.#taken(page);
    const { response, code } = failure;
    const state = this.#state;
    if (page > 1 && response !== undefined) {
      const answer = this.#answerOf(waiting, response, undefined);
      if (this.#walk?.isNotReady(answer) === true) return void this.#askAgain(waiting);
    }
    this.#out.delete(page);
    const received = state.items + state.repeated;
    const isBehind =
      page > 1 &&
      BEYOND.has(response?.status) &&
      state.series !== undefined &&
      (state.pages === undefined || received >= (state.latest.total ?? Infinity));
    if (isBehind) state.pages ??= state.planned;
    else if (state.series !== undefined && state.pages !== undefined) state.failed.push(page);
    else {
      const status = response === undefined ? "" : ` (status ${response.status})`;
      finishPages(state, { kind: "page-failed", words: `page ${page} failed: ${code}${status}` });
    }
    this.#settle();
  }

  #detect(answer: PageAnswer): Paging {
    const { paging } = this.#options;
    const kind = paging.kind === "auto" ? paging.of : undefined;
    return kind === undefined ? detectPaging(answer) : detectNamedPaging(kind, answer);
  }

  #course(walk: PageWalk): CourseOptions {
    const keyed = this.#options.key !== undefined;
    return { walk, maxPages: this.#maxPages, keyed, trail: this.#trail };
  }

  #settle(): void {
    if (this.#walk === undefined || this.#out.size + this.#state.waiting.length > 0) return;
    settleCourse(this.#state, this.#course(this.#walk));
  }

  #taken(page: number): WaitingPage {
    const waiting = this.#out.get(page);
    if (waiting === undefined) throw new RangeError(`page ${page} was not asked for`);
    return waiting;
  }

  #answerOf(
    { position, page }: WaitingPage,
    response: HttpResponse,
    items: readonly unknown[] | undefined,
  ): PageAnswer {
    const request = requestAt(this.#options.request, position, page);
    return readPage({ request, response, items }, this.#read);
  }

  #askAgain(waiting: WaitingPage): PageItems {
    const { page, tries } = waiting;
    this.#out.delete(page);
    if (tries + 1 >= MOST_TRIES) {
      const words = `the token of page ${page} did not work after ${MOST_TRIES} tries`;
      finishPages(this.#state, { kind: "token-not-ready", words });
      return NOTHING;
    }
    const afterMs = Math.max(this.#walk!.delayMs, FIRST_RETRY_MS) * 2 ** tries;
    this.#state.waiting.push({ ...waiting, afterMs, tries: tries + 1, answers: "fresh" });
    return NOTHING;
  }
}
