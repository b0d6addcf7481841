import { type Flight, knownAfterMs } from "./learn-flight.ts";

const LONG_MS = 50;

/** All refusals of requests that left before we knew: one event. */
export class Episode {
  /** The refused request that left first. */
  first: Flight;
  /** The one that left last. */
  #last: Flight;
  /** Last request that had left when the first refusal came back. */
  readonly lastOrder: number;
  readonly lastAtMs: number;
  readonly openedAtMs: number;
  /** Over by then, even where answers are slow. */
  readonly closesAtMs: number;
  refused = 0;
  failed = 0;
  /** Longest wait that was asked for. */
  retryAfterMs = 0;
  /** Requests of it that are still out. */
  out: number;

  constructor(first: Flight, nowMs: number, last: Flight, out: number) {
    this.first = first;
    this.#last = first;
    this.openedAtMs = nowMs;
    this.lastOrder = last.order;
    this.lastAtMs = last.atMs;
    this.out = out;
    this.closesAtMs = nowMs + knownAfterMs(nowMs - first.atMs);
  }

  /** One of its requests is back with no answer. */
  add(flight: Flight, isRefused: boolean, retryAfterMs: number): void {
    if (isRefused) this.refused += 1;
    else this.failed += 1;
    if (flight.order < this.first.order) this.first = flight;
    if (flight.order > this.#last.order) this.#last = flight;
    this.retryAfterMs = Math.max(this.retryAfterMs, retryAfterMs);
  }

  /** Requests that left from the first refused one on, it included. */
  get span(): number {
    return this.lastOrder - this.first.order + 1;
  }

  /** Share of them that was let in all the same. */
  get acceptedShare(): number {
    return Math.max(0, 1 - (this.refused + this.failed) / this.span);
  }

  /**
   * Some were let in between two refusals, a quarter or more of those that can have overtaken neither: what
   * refuses is not shut. A window that is used up, or that ends meanwhile, has all its refusals in one piece.
   */
  get letsInBetween(): boolean {
    const { burst } = this.first;
    const other = this.#last.burst;
    const count = other.first - burst.last - 1;
    if (count < 3) return false;
    return this.refused + this.failed - burst.refused - other.refused <= 0.75 * count;
  }

  /** Its departures take long enough to be a measure. */
  get isLong(): boolean {
    return this.lastAtMs - this.first.atMs >= LONG_MS;
  }

  /** What was let in of it, per second: overload measures, where a quarter or more was. */
  get passed(): number | undefined {
    const share = this.acceptedShare;
    if (this.span < 8 || share <= 0.25 || !this.letsInBetween) return undefined;
    return (share * (this.span - 1) * 1000) / Math.max(1, this.lastAtMs - this.first.atMs);
  }
}
