import type { LimitProfile } from "./limit-profile.ts";
import type { QuotaRate } from "./quota.ts";

/** What one run has sent to a scope so far, all of it and not only since it was told last. */
export interface RequestsSeen {
  readonly requests: number;
  readonly refused: number;
}

/** What a drawing from a kept stock gave. */
export interface Drawn {
  /** Departures that this process may make now; 0 where there are too few. */
  readonly count: number;
  /** Where `count` is 0: when as many as were needed are free again, wall-clock milliseconds. */
  readonly freeAtMs: number;
}

/**
 * The stock of one long rate (`5000/d`), counted together by all processes and runs. Times are
 * wall-clock milliseconds. What was drawn counts as departed until it is given back.
 */
export interface QuotaStock {
  /** How long a drawing may be used; then it is drawn anew. Milliseconds. */
  readonly holdMs: number;
  /**
   * Gives back the `unused` departures of the drawing before and draws again: `need` of them or more,
   * or none. Never throws: a stock that cannot be kept goes on in this process alone.
   */
  draw(atMs: number, need: number, unused: number): Drawn;
  /** Gives back the `unused` departures of the last drawing; drawing again is allowed. */
  giveBack(atMs: number, unused: number): void;
}

/**
 * What is remembered of hosts over runs. A scope is a host as `hostOf` names it, or one key at a host,
 * as `limitScope` makes it. Nothing here throws, waits or costs much: it may be asked on the hot path
 * whenever a host is new.
 */
export interface HostMemory {
  /** What is known of a scope from earlier; undefined where nothing is or it is too old. */
  recall(scope: string): LimitProfile | undefined;
  /** Keeps what was learned; the last one told wins. Written soon, and at the end. */
  keep(scope: string, profile: LimitProfile, seen: RequestsSeen): void;
  /** The kept stock of a rate over an hour or more; undefined where nothing is to be remembered. */
  stock(scope: string, rate: QuotaRate): QuotaStock | undefined;
}
