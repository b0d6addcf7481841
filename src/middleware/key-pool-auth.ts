import type { Call } from "../core/call.ts";
import { type Clock, sleep } from "../core/clock.ts";
import { Failure } from "../core/failure.ts";
import type { HttpRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import type { Middleware, Send } from "../core/send.ts";
import { createKeyPool } from "../policy/key-pool.ts";
import { createQuota } from "../policy/quota.ts";
import { retryAfterOf } from "../protocol/retry-after.ts";
import type { KeyPoolCredentials } from "./auth-credentials.ts";
import { createSigner, sendSigned } from "./auth-signer.ts";
import { orAborted } from "./or-aborted.ts";

/** What several keys need to take turns. */
export interface KeyPoolOptions {
  readonly send: Send;
  readonly clock: Clock;
  readonly maxWaitMs?: number | undefined;
  readonly onQuotaGone?: ((untilWallMs: number) => void) | undefined;
  readonly onRefused?: ((words: string) => void) | undefined;
}

/** A key that a server holds without saying for how long rests a minute. */
const REST_MS = 60_000;

/**
 * Lets each request leave with the key that may leave soonest, when it may. A key that meets 429 rests
 * until its Retry-After, one that meets 401 for good; the request leaves again at once with another,
 * once with each, where one is free. Without one, the host is held like any other.
 */
export function keyPool(credentials: KeyPoolCredentials, options: KeyPoolOptions): Middleware {
  const { clock, send, maxWaitMs = Infinity, onQuotaGone, onRefused } = options;
  const { keys, name } = credentials;
  const pool = createKeyPool(
    keys.map(({ value, rates }) => ({
      key: value,
      quota: rates.length === 0 ? undefined : createQuota(rates),
    })),
  );
  const signers = new Map(
    keys.map(({ value }) => [
      value,
      createSigner({ kind: "apiKey", in: credentials.in, name, value }, { send, clock }),
    ]),
  );

  /** A key, from when on it is this request's turn. */
  async function take(request: HttpRequest, call: Call): Promise<string> {
    const nowMs = clock.now();
    const { key, atMs } = pool.next(nowMs);
    if (atMs === Infinity) {
      const words = "none of the keys is accepted";
      onRefused?.(words);
      throw new Failure("E_AUTH", words, { request, unsent: true });
    }
    if (atMs - nowMs > maxWaitMs) {
      onQuotaGone?.(clock.wallNow() + atMs - nowMs);
      throw new Failure("E_ABORTED", "all keys are used up", { request, unsent: true });
    }
    pool.take(key, atMs);
    if (atMs <= nowMs) return key;
    call.onRest?.("host", "begin");
    try {
      await orAborted(sleep(clock, atMs - nowMs, call.signal), request);
    } catch (error) {
      pool.cancel(key, atMs);
      throw error;
    } finally {
      call.heldMs += clock.now() - nowMs;
      call.onRest?.("host", "end");
    }
    return key;
  }

  /** Takes it that a server did not want a key; whether another may leave now. */
  function hasOther(key: string, response: HttpResponse): boolean {
    const nowMs = clock.now();
    const asked = retryAfterOf(response, clock.wallNow());
    pool.rest(key, response.status === 401 ? Infinity : nowMs + (asked ?? REST_MS));
    return pool.next(nowMs).atMs <= nowMs;
  }

  return (next) => async (request, call) => {
    for (let tries = 1; ; tries += 1) {
      const key = await take(request, call);
      const response = await sendSigned(signers.get(key)!, undefined, { next, request, call });
      const isUnwanted = response.status === 429 || response.status === 401;
      if (!isUnwanted || !hasOther(key, response) || tries >= keys.length) return response;
    }
  };
}
