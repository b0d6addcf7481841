import type { LimitProfile } from "./limit-profile.ts";
import type { QuotaRate } from "./quota.ts";

/** What was sent to a scope since it was told last. */
export interface RequestsSeen {
  readonly requests: number;
  readonly refused: number;
}

/** What a drawing from a stock gave. */
export interface Drawn {
  /** Departures that this process may make now; 0 where fewer are free than were needed. */
  readonly count: number;
  /** Where `count` is 0: when as many as were needed are free again. Wall-clock milliseconds. */
  readonly freeAtMs: number;
}

/** The stock of one long rate (`5000/d`), counted together by all processes and runs of a user. */
export interface QuotaStock {
  /** How long a drawing may be used; then one draws anew. Milliseconds. */
  readonly holdMs: number;
  /**
   * Gives back what is unused of the drawing before and draws again at `atMs` (wall-clock
   * milliseconds): at least `need` departures, or none. What was drawn counts as departed until it is
   * given back. Never throws: a stock that cannot be kept goes on in this process alone.
   */
  draw(atMs: number, need: number): Drawn;
}

/**
 * What is remembered of hosts over runs. A scope is a host as `hostOf` names it, or one key at a host,
 * as `limitScope` makes it. Nothing here throws or waits; it may be asked whenever a host is new.
 */
export interface HostMemory {
  /** What is known of a scope from earlier; undefined where nothing is or it is too old. */
  recall(scope: string): LimitProfile | undefined;
  /** Keeps what was learned; the last one told wins. Written soon, and at the end. */
  keep(scope: string, profile: LimitProfile, seen: RequestsSeen): void;
  /**
   * The stock of a rate over an hour or more; undefined where nothing is to be remembered. `unused`
   * tells at any time how many departures of the last drawing have not left: at the end they go back.
   */
  stock(scope: string, rate: QuotaRate, unused: () => number): QuotaStock | undefined;
}
