import { type Call, createCall } from "../core/call.ts";
import { type Clock, sleep } from "../core/clock.ts";
import { Failure } from "../core/failure.ts";
import type { HttpRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import type { Send } from "../core/send.ts";
import { joinPages } from "./join-pages.ts";
import { pageFailure } from "./page-fault.ts";
import { createPager, type PageRequest, type Pager } from "./pager.ts";
import type { Paging } from "./paging.ts";
import type { CompiledPages } from "./step-pages.ts";

/** How lists in pages are asked for. */
export interface SendPagesOptions {
  readonly pages: CompiledPages;
  /** Asks for a page; may give what is remembered of one that was asked before. */
  readonly once: Send;
  /** Asks the server whatever is remembered. */
  readonly fresh: Send;
  /** Pages of one list under way at most. */
  readonly mostAtOnce: number;
  /** Bytes of all pages of one list together. */
  readonly maxBodyBytes: number;
  readonly clock: Clock;
  /** Hears how the pages of the first list follow each other. @default nobody */
  readonly onPaging?: ((paging: Paging) => void) | undefined;
}

/**
 * A Send that asks for the pages of a list and gives them as one answer: a JSON list of the pages. Each
 * page goes through the gates by itself; counted ones side by side. Rejects with the failure of the page
 * that could not be had, E_PAGES or E_POLICY for pages that lead nowhere, E_TOO_LARGE for too many bytes.
 */
export function sendPages(options: SendPagesOptions): Send {
  let { onPaging } = options;
  return async (request, call) => {
    const series = new PageSeriesCall(request, call, options);
    const response = await series.read(
      await createPager({ request, ...options.pages }),
      (paging) => {
        onPaging?.(paging);
        onPaging = undefined;
      },
    );
    return response;
  };
}

/** One list under way. */
class PageSeriesCall {
  readonly #request: HttpRequest;
  readonly #call: Call;
  readonly #options: SendPagesOptions;
  /** Bodies and what is left of them, by the pages' numbers. */
  readonly #landed = new Map<
    number,
    { readonly response: HttpResponse; readonly items: PageLeft }
  >();
  #bytes = 0;
  #out = 0;
  #isRemembered = true;
  /** What ends the series whatever the pager thinks: a stop, or too many bytes. */
  #end: unknown;
  #failure: Failure | undefined;
  #wake = (): void => {};

  constructor(request: HttpRequest, call: Call, options: SendPagesOptions) {
    this.#request = request;
    this.#call = call;
    this.#options = options;
  }

  async read(pager: Pager, tell: (paging: Paging) => void): Promise<HttpResponse> {
    for (;;) {
      while (this.#out < this.#options.mostAtOnce && this.#end === undefined) {
        const next = pager.next();
        if (next === undefined) break;
        this.#out += 1;
        void this.#ask(pager, next);
      }
      if (this.#out === 0) break;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      if (pager.paging !== undefined) tell(pager.paging);
    }
    if (this.#end !== undefined) throw this.#end;
    const { fault } = pager.end ?? {};
    if (fault !== undefined) {
      const isOfPage = fault.kind === "page-failed" && this.#failure !== undefined;
      throw isOfPage ? this.#failure : pageFailure(fault, this.#request);
    }
    this.#call.duplicate = this.#isRemembered;
    const inOrder = [...this.#landed].toSorted(([one], [other]) => one - other);
    return joinPages(
      inOrder.map(([, page]) => page),
      this.#options.pages.items,
    );
  }

  async #ask(pager: Pager, next: PageRequest): Promise<void> {
    const { page, request, afterMs, answers } = next;
    const { once, fresh, clock } = this.#options;
    const whole = this.#call;
    // One page alone rests for its row; of several side by side the others go on.
    const onRest = this.#out === 1 ? whole.onRest : undefined;
    const call = createCall(whole.signal, onRest, whole.row);
    try {
      if (afterMs > 0) await rest(call, clock, afterMs);
      const response = await (answers === "fresh" ? fresh : once)(request, call);
      this.#count(call);
      this.#bytes += response.bytes;
      if (this.#bytes > this.#options.maxBodyBytes) {
        const words = `its pages are larger than ${this.#options.maxBodyBytes} bytes together`;
        throw new Failure("E_TOO_LARGE", words, { request: this.#request });
      }
      const items = await pager.onAnswer(page, response);
      this.#landed.set(page, { response, items });
    } catch (error) {
      this.#count(call);
      this.#fail(pager, page, error);
    } finally {
      this.#out -= 1;
      this.#wake();
    }
  }

  #fail(pager: Pager, page: number, error: unknown): void {
    const isOfPage =
      error instanceof Failure && error.code !== "E_ABORTED" && error.code !== "E_TOO_LARGE";
    if (isOfPage) {
      this.#failure = error;
      pager.onFailure(page, error);
    } else if (this.#call.signal?.aborted === true && !(error instanceof Failure)) {
      const request = this.#request;
      this.#end ??= new Failure("E_ABORTED", "stopped", { request, cause: error });
    } else this.#end ??= error;
  }

  /** Adds what a page cost to what its row cost. */
  #count(call: Call): void {
    const whole = this.#call;
    if (!call.duplicate) this.#isRemembered = false;
    whole.attempts += call.attempts;
    whole.requests += call.requests;
    whole.queuedMs += call.queuedMs;
    whole.heldMs += call.heldMs;
    Object.assign(call, { attempts: 0, requests: 0, queuedMs: 0, heldMs: 0 });
  }
}

type PageLeft = Awaited<ReturnType<Pager["onAnswer"]>>;

/** Waits without a turn of its host: others may have it meanwhile. */
async function rest(call: Call, clock: Clock, delayMs: number): Promise<void> {
  call.onRest?.("retry", "begin");
  try {
    await sleep(clock, delayMs, call.signal);
    call.heldMs += delayMs;
  } finally {
    call.onRest?.("retry", "end");
  }
}
