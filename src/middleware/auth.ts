import type { Call } from "../core/call.ts";
import type { Clock } from "../core/clock.ts";
import { Failure } from "../core/failure.ts";
import { headerValue } from "../core/headers.ts";
import type { HttpRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import type { Middleware, Send } from "../core/send.ts";
import type { HostMemory } from "../policy/host-memory.ts";
import type { Credentials } from "./auth-credentials.ts";
import { createSigner, sendSigned } from "./auth-signer.ts";
import { concealText } from "./conceal.ts";
import { keyPool } from "./key-pool-auth.ts";
import { type Token, TokenError } from "./token-keeper.ts";

/** For whom requests are signed, and with what. */
export interface AuthOptions {
  readonly credentials: Credentials;
  /** Scheme, host and port each: credentials go nowhere else, by redirects neither. */
  readonly origins: readonly string[];
  /** Asks token endpoints: a transport's, without the middleware of the requests that are signed. */
  readonly send: Send;
  readonly clock: Clock;
  /** Ends the waits between tries to get a token. @default they end by themselves */
  readonly signal?: AbortSignal | undefined;
  /** Longest wait for one of several keys; where all rest for longer, the quota is gone. Milliseconds. @default any */
  readonly maxWaitMs?: number | undefined;
  /** Hears until when all keys are used up, by the wall clock: the request fails as E_ABORTED, and is still owed. @default nobody */
  readonly onQuotaGone?: ((untilWallMs: number) => void) | undefined;
  /** Hears that no token can be had: every further request would fail. @default nobody */
  readonly onRefused?: ((words: string) => void) | undefined;
  /** Where what is learned and spent of each of several keys is kept. @default nowhere */
  readonly memory?: HostMemory | undefined;
}

/** Signs requests, in two places. */
export interface Auth {
  /**
   * Outside the gates: waits for a token where there is none, so that the wait holds no place, and sends
   * a request once more, through the gates again, that came back with 401, with a new token.
   */
  readonly renew: Middleware;
  /** The last touch before the wire: the token that is good when the request leaves. */
  readonly sign: Middleware;
  /** Keeps what was learned of each of several keys, for the next run. */
  keep(): void;
}

/**
 * Credentials for some origins. Tokens are fetched ahead of their end, by one request at a time; a 401
 * costs one renewal for all who met it and one repeat of each. Neither answers nor failures show what
 * was added. Without a token a request fails as E_AUTH, unsent; a function of the user's that throws
 * fails it as E_HOOK.
 */
export function createAuth(options: AuthOptions): Auth {
  const { credentials, clock, onRefused, send, signal: stop } = options;
  const origins = new Set(options.origins);
  if (credentials.kind === "keyPool") {
    const pooled = keyPool(credentials, { ...options, host: options.origins[0] ?? "" });
    const sign: Middleware = (next) => {
      const leave = pooled.sign(next);
      return (request, call) => (origins.has(request.origin) ? leave : next)(request, call);
    };
    return { renew: (next) => next, sign, keep: () => pooled.keep() };
  }
  const signer = createSigner(credentials, {
    send,
    clock,
    signal: stop,
    onRefused: (error) => onRefused?.(error.message),
  });
  const { keeper } = signer;
  /** The token with which a request left last. */
  const used = new WeakMap<Call, Token>();

  const isOurs = (request: HttpRequest): boolean =>
    origins.has(request.origin) &&
    (keeper === undefined || headerValue(request.headers, "authorization") === undefined);

  async function tokenFor(request: HttpRequest, call: Call): Promise<Token> {
    return await untilStopped(keeper!.get(), request, call);
  }

  async function repeat(
    next: Send,
    request: HttpRequest,
    { call, refused }: { readonly call: Call; readonly refused: HttpResponse },
  ): Promise<HttpResponse> {
    const token = used.get(call);
    if (token === undefined) return refused;
    const renewed = await untilStopped(keeper!.replace(token), request, call);
    return renewed === undefined ? refused : next(request, call);
  }

  const renew: Middleware = (next) => {
    if (keeper === undefined) return next;
    const judge = (request: HttpRequest, call: Call): Promise<HttpResponse> =>
      next(request, call).then((response) => {
        if (response.status === 401) return repeat(next, request, { call, refused: response });
        keeper.accepted();
        return response;
      });
    return (request, call) => {
      if (!isOurs(request)) return next(request, call);
      if (keeper.current() !== undefined) return judge(request, call);
      return tokenFor(request, call).then(() => judge(request, call));
    };
  };

  const sign: Middleware = (next) => {
    async function leave(request: HttpRequest, call: Call): Promise<HttpResponse> {
      const token = keeper && (keeper.current() ?? (await tokenFor(request, call)));
      if (token !== undefined) used.set(call, token);
      return await sendSigned(signer, token, { next, request, call });
    }
    return (request, call) => (isOurs(request) ? leave(request, call) : next(request, call));
  };

  return { renew, sign, keep() {} };

  /** The token, or the failure of the one request that wanted it; a stop ends the wait of that one alone. */
  async function untilStopped<T>(token: Promise<T>, request: HttpRequest, call: Call): Promise<T> {
    const { signal } = call;
    const sinceMs = clock.now();
    try {
      return await (signal === undefined ? token : orStopped(token, signal));
    } catch (error) {
      if (signal?.aborted === true) {
        throw new Failure("E_ABORTED", "stopped", { request, cause: error, unsent: true });
      }
      if (!(error instanceof TokenError)) throw error;
      const code = error.cause === undefined ? "E_AUTH" : "E_HOOK";
      throw new Failure(code, concealText(error.message, signer.secrets(undefined)), {
        request,
        cause: error.cause,
        unsent: true,
      });
    } finally {
      call.heldMs += clock.now() - sinceMs;
    }
  }
}

/** What others wait for too, until this one is told to stop; leaves no listener behind. */
function orStopped<T>(shared: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
    shared
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", stop))
      .catch(() => undefined);
  });
}
