import { AT_ONCE } from "./learn-flight.ts";

/** Of a server that takes its time nobody hears for long: one more leaves after so much silence … */
const SILENT_MS = 50;
/** … until it has answered, up to so many times as many as at first. */
const UNANSWERED = 5;

/**
 * Lets more be under way at a server that is slow to answer. Doubling with each round trip takes a server
 * of 1.5 s ten seconds to 100 at once; here time raises the limit too, by 20 in a second, as long as
 * nothing was refused and nothing has failed.
 */
export class SilentGrowth {
  readonly #first: number;
  #mayGrow: boolean;
  #hasAnswered = false;
  /** When the server was last heard of, or one more left without. */
  #sinceMs = Number.NaN;

  /** `first`: under way at the beginning; whoever begins with less than is usual goes on as gently. */
  constructor(first: number) {
    this.#first = first;
    this.#mayGrow = first >= AT_ONCE;
  }

  /** When one more may be under way than `limit`, although none has landed; Infinity for not before. */
  moreAt(nowMs: number, limit: number): number {
    if (!this.#mayGrow || (!this.#hasAnswered && limit >= UNANSWERED * this.#first))
      return Infinity;
    if (Number.isNaN(this.#sinceMs)) this.#sinceMs = nowMs;
    return this.#sinceMs + SILENT_MS;
  }

  /** One more leaves. */
  grew(nowMs: number): void {
    this.#sinceMs = nowMs;
  }

  /** One was let in. */
  heard(nowMs: number): void {
    this.#hasAnswered = true;
    this.#sinceMs = nowMs;
  }

  /** From now on answers alone raise it. */
  end(): void {
    this.#mayGrow = false;
  }
}
