import type { HeaderList } from "../../core/headers.ts";

/** One request as it reaches a server that limits. */
export interface Arrival {
  /** Monotonic; never less than an earlier arrival's. */
  readonly nowMs: number;
  /** Milliseconds since the epoch, for windows that follow the clock and for dates. */
  readonly wallMs: number;
  /** Its own service time without queueing, milliseconds. */
  readonly serviceMs: number;
}

/** What a server does with one request. `forMs` runs from arrival to answer, queueing included. */
export type Verdict =
  | { readonly kind: "accepted"; readonly forMs: number; readonly headers: HeaderList }
  | {
      readonly kind: "refused";
      readonly status: 429 | 503;
      readonly forMs: number;
      readonly headers: HeaderList;
    }
  | { readonly kind: "dropped"; readonly forMs: number };

/** A server's limits, without the server: pure, driven by the times it is told. */
export interface LimitModel {
  /** Judges one request. After `accepted` the caller says `leave` once it is answered. */
  arrive(arrival: Arrival): Verdict;
  /** One that was accepted is answered, or its client is gone. */
  leave(nowMs: number): void;
  /**
   * Most requests that it answers between two times to somebody who has used all of it from the first
   * arrival on, each taking `serviceMs`; Infinity where nothing limits. For judging.
   */
  allowance(fromMs: number, toMs: number, serviceMs: number): number;
}
