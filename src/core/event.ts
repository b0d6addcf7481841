import type { HttpRequest } from "./request.ts";
import type { Outcome } from "./outcome.ts";

/** Why a host or a request waits. */
export type HoldReason = "retry-after" | "rate" | "outage";

/** What happens in a run, for those who only listen: progress, tally, report. Times are `Clock.now()`. */
export type RunEvent =
  | { readonly type: "started"; readonly atMs: number; readonly total: number | undefined }
  | { readonly type: "sent"; readonly atMs: number; readonly request: HttpRequest }
  | {
      readonly type: "landed";
      readonly atMs: number;
      readonly request: HttpRequest;
      /** How often it reached the wire: twice where it met a connection that was just closing, 0 where it never left. */
      readonly requests: number;
    }
  | {
      readonly type: "retry";
      readonly atMs: number;
      readonly request: HttpRequest;
      readonly reason: string;
      readonly delayMs: number;
    }
  | {
      readonly type: "held";
      readonly atMs: number;
      readonly host: string;
      readonly forMs: number;
      readonly reason: HoldReason;
      readonly status: number | undefined;
      /** What the server asked for, where that is longer than what is waited. Milliseconds. */
      readonly askedMs?: number | undefined;
    }
  | {
      /** What is learned of a host's limits, now and then. */
      readonly type: "learned";
      readonly atMs: number;
      readonly host: string;
      /** Requests per second; Infinity where none binds. */
      readonly rate: number;
      readonly concurrency: number;
      /** For how long somebody was held by that rate, of the whole run. Milliseconds. */
      readonly heldMs: number;
      /** Answers that refused for the amount of requests, so far. */
      readonly refused: number;
    }
  | {
      readonly type: "settled";
      readonly atMs: number;
      readonly outcome: Outcome;
      /** Columns that were to be picked and that the answer has nothing for. */
      readonly missing?: readonly string[] | undefined;
    }
  | { readonly type: "draining"; readonly atMs: number }
  | { readonly type: "ended"; readonly atMs: number };

/** Hears every event of a run; must neither throw nor wait. */
export type Listener = (event: RunEvent) => void;
