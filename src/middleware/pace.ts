import { type Clock, sleep } from "../core/clock.ts";
import type { Call } from "../core/call.ts";
import type { Listener } from "../core/event.ts";
import type { HttpRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import type { Middleware } from "../core/send.ts";
import { createGate, type Gate, type Permit } from "../policy/gate.ts";
import type { TokenBucket } from "../policy/token-bucket.ts";
import { parseRetryAfter } from "../protocol/retry-after.ts";
import { orAborted } from "./or-aborted.ts";

/** When requests to one host may leave. */
export interface PaceOptions {
  readonly host: string;
  /** The host's rates; undefined where none is set. */
  readonly quota: TokenBucket | undefined;
  /** Places over all hosts, taken at the moment of departure so that a held host takes none. */
  readonly total: Gate;
  /** A longer Retry-After is not waited for (the retry policy gives up). Milliseconds. */
  readonly maxRetryAfterMs: number;
  readonly clock: Clock;
  readonly emit: Listener | undefined;
}

/**
 * Spaces the departures to one host as its rates say, and holds all of them while the host said "not
 * before" (Retry-After with 429 or 503). Departures are one after another: only the first in line
 * waits for time, the others wait for it.
 */
export function pace(options: PaceOptions): Middleware {
  const { quota, total, clock, emit } = options;
  const line = createGate(1);
  let heldUntilMs = Number.NEGATIVE_INFINITY;

  // Most hosts never hold anyone: those are not asked for the time.
  const isHeld = (): boolean =>
    heldUntilMs !== Number.NEGATIVE_INFINITY && heldUntilMs > clock.now();

  async function waitUntil(timeMs: number, call: Call, request: HttpRequest): Promise<void> {
    const sinceMs = clock.now();
    await orAborted(sleep(clock, timeMs - sinceMs, call.signal), request);
    call.heldMs += clock.now() - sinceMs;
  }

  async function inLine(request: HttpRequest, call: Call): Promise<Permit> {
    const sinceMs = clock.now();
    call.onRest?.("host", "begin");
    let head: Permit | undefined;
    try {
      head = line.tryAcquire() ?? (await orAborted(line.acquire(call.signal), request));
      call.heldMs += clock.now() - sinceMs;
      for (;;) {
        const dueMs = Math.max(heldUntilMs, clock.now() + (quota?.delayUntil(clock.now()) ?? 0));
        if (dueMs > clock.now()) {
          await waitUntil(dueMs, call, request);
          // A longer hold may have come meanwhile.
          continue;
        }
        let place = total.tryAcquire();
        if (place !== undefined) {
          quota?.take(clock.now());
          return place;
        }
        const waitedSinceMs = clock.now();
        place = await orAborted(total.acquire(call.signal), request);
        call.queuedMs += clock.now() - waitedSinceMs;
        // The wait may have outlived a hold's beginning: ask the clock again before leaving.
        if (heldUntilMs <= clock.now() && (quota?.delayUntil(clock.now()) ?? 0) <= 0) {
          quota?.take(clock.now());
          return place;
        }
        place[Symbol.dispose]();
      }
    } finally {
      head?.[Symbol.dispose]();
      call.onRest?.("host", "end");
    }
  }

  function heed(response: HttpResponse): void {
    if (response.status !== 429 && response.status !== 503) return;
    const forMs = parseRetryAfter(response.header("retry-after"), {
      nowMs: clock.wallNow(),
      dateHeader: response.header("date"),
    });
    if (forMs === undefined || forMs > options.maxRetryAfterMs) return;
    const nowMs = clock.now();
    if (nowMs + forMs <= heldUntilMs) return;
    heldUntilMs = nowMs + forMs;
    emit?.({
      type: "held",
      atMs: nowMs,
      host: options.host,
      forMs,
      reason: "retry-after",
      status: response.status,
    });
  }

  return (next) => {
    function leave(place: Permit, request: HttpRequest, call: Call): Promise<HttpResponse> {
      const requestsBefore = call.requests;
      const land = (): void => {
        place[Symbol.dispose]();
        const requests = call.requests - requestsBefore;
        emit?.({ type: "landed", atMs: clock.now(), request, requests });
      };
      emit?.({ type: "sent", atMs: clock.now(), request });
      return next(request, call).then(
        (response) => {
          // Before its place is free: whoever takes that is to know of the hold.
          if (response.status >= 400) heed(response);
          land();
          return response;
        },
        (error: unknown) => {
          land();
          throw error;
        },
      );
    }

    return (request, call) => {
      const isFree = quota === undefined && !isHeld() && line.waiting === 0;
      const place = isFree ? total.tryAcquire() : undefined;
      if (place !== undefined) return leave(place, request, call);
      return inLine(request, call).then((later) => leave(later, request, call));
    };
  };
}
