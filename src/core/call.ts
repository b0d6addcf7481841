import type { EarlierAnswer } from "./earlier-answer.ts";
import type { HttpRequest } from "./request.ts";
import type { Timing, WireTiming } from "./timing.ts";

/**
 * The life of one request, from its turn to its outcome: how to stop it, and the notebook in which
 * each layer writes what it cost. One is made per request and goes down with it, so that a failure
 * tells its waits and attempts as an answer does.
 */
export interface Call {
  readonly signal: AbortSignal | undefined;
  /** The row that it answers; 0 where there are no rows. */
  readonly row: number;
  /** Where several rows share it: all of them. */
  rows: readonly number[] | undefined;
  /** Times the request was sent, the first included; a redirect's hops are one attempt. */
  attempts: number;
  /** Requests that reached the wire: attempts and hops. */
  requests: number;
  queuedMs: number;
  heldMs: number;
  /** Whether the last answer, a 403, was about how much is asked and not about who asks. */
  limited: boolean;
  /** Whether it leaves with one of several keys: what its answers say of limits is that key's. */
  keyed: boolean;
  /** Whether the answer came from an equal request that was already asked. */
  duplicate: boolean;
  /** What an earlier run was answered: it is asked whether that has changed. */
  earlier: EarlierAnswer | undefined;
  /** Asked before the wire sends it once more of itself; rejects where that must not be. */
  beforeRepeat: ((request: HttpRequest) => Promise<void>) | undefined;
  /** Told when the request begins and ends a long wait, so that another may take its turn meanwhile. */
  readonly onRest: ((rest: Rest, edge: "begin" | "end") => void) | undefined;
}

/** A long wait: before a retry (holds nothing), or for its host (keeps the host's place). */
export type Rest = "retry" | "host";

/** A fresh notebook. */
export function createCall(signal?: AbortSignal, onRest?: Call["onRest"], row = 0): Call {
  return {
    signal,
    row,
    rows: undefined,
    attempts: 0,
    requests: 0,
    queuedMs: 0,
    heldMs: 0,
    limited: false,
    keyed: false,
    duplicate: false,
    earlier: undefined,
    beforeRepeat: undefined,
    onRest,
  };
}

/** The waits of a call and the wire's phases as one timing, to the microsecond. */
export function timingOf({ queuedMs, heldMs }: Call, wire: WireTiming): Timing {
  return {
    queuedMs: rounded(queuedMs),
    heldMs: rounded(heldMs),
    dnsMs: wire.dnsMs && rounded(wire.dnsMs),
    connectMs: wire.connectMs && rounded(wire.connectMs),
    tlsMs: wire.tlsMs && rounded(wire.tlsMs),
    firstByteMs: wire.firstByteMs && rounded(wire.firstByteMs),
    totalMs: rounded(wire.totalMs),
    reused: wire.reused,
  };
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
