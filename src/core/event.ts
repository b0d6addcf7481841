import type { HttpRequest } from "./request.ts";
import type { Outcome } from "./outcome.ts";

/** Why a host or a request waits. */
export type HoldReason = "retry-after" | "backoff" | "rate";

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
    }
  | { readonly type: "settled"; readonly atMs: number; readonly outcome: Outcome }
  | { readonly type: "draining"; readonly atMs: number }
  | { readonly type: "ended"; readonly atMs: number };

/** Hears every event of a run; must neither throw nor wait. */
export type Listener = (event: RunEvent) => void;
