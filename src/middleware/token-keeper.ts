import { type Clock, sleep } from "../core/clock.ts";
import type { FetchedToken } from "./auth-credentials.ts";

/** A token and when it ends, on the keeper's clock. */
export interface Token {
  readonly value: string;
  readonly expiresAtMs: number;
}

/** Why there is no token. */
export class TokenError extends Error {
  override readonly name = "TokenError";
  /** Whether it may be had later. */
  readonly transient: boolean;

  constructor(message: string, transient: boolean, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.transient = transient;
  }
}

/** Where tokens come from. */
export interface TokenKeeperOptions {
  /** Gets a new one. @throws TokenError */
  readonly fetchToken: () => Promise<FetchedToken>;
  readonly clock: Clock;
  /** Ends the waits between tries. @default they end by themselves */
  readonly signal?: AbortSignal | undefined;
  /** Hears that no token can be had, once for each time that it was tried to the end. @default nobody */
  readonly onRefused?: ((error: TokenError) => void) | undefined;
}

/** Holds one token and renews it, one renewal at a time. */
export interface TokenKeeper {
  /** The token, where it is good at this moment; begins to renew one that ends soon. */
  current(): Token | undefined;
  /** A token that is good, as soon as there is one. @throws TokenError */
  get(): Promise<Token>;
  /** Takes it that a server refused a token; another one, where that may help. @throws TokenError */
  replace(refused: Token): Promise<Token | undefined>;
  /** Takes it that a server accepted the token. */
  accepted(): void;
}

/** A token is renewed in the last fifth of its life, but no earlier than a minute before its end. */
const AHEAD_SHARE = 0.2;
const MOST_AHEAD_MS = 60_000;
/** Times that a token is asked for before it is given up, the waits between them doubling. */
const MOST_TRIES = 5;
const FIRST_WAIT_MS = 500;
/** After giving up, nobody asks again for so long. */
const REST_MS = 30_000;
/** New tokens refused one after the other: from then on a 401 means something else. */
const MOST_REFUSALS = 3;

/** Keeps a token fresh: it is renewed ahead of its end while the old one still serves, by one request at a time. */
export function createTokenKeeper(options: TokenKeeperOptions): TokenKeeper {
  const { fetchToken, clock, signal, onRefused } = options;
  let token: Token | undefined;
  let renewAtMs = Infinity;
  let renewal: Promise<Token> | undefined;
  let gaveUp: { readonly error: TokenError; readonly untilMs: number } | undefined;
  let refusals = 0;

  async function fetchPersistently(): Promise<Token> {
    for (let tries = 1; ; tries += 1) {
      // It counts from when it was asked for: the server's clock began to run at some time after that.
      const askedMs = clock.now();
      try {
        const { token: value, expiresInMs = Infinity } = await fetchToken();
        renewAtMs = askedMs + expiresInMs - Math.min(MOST_AHEAD_MS, expiresInMs * AHEAD_SHARE);
        if (Number.isNaN(renewAtMs)) renewAtMs = Infinity;
        token = { value, expiresAtMs: askedMs + expiresInMs };
        gaveUp = undefined;
        return token;
      } catch (error) {
        if (!(error instanceof TokenError)) throw error;
        if (error.transient && tries < MOST_TRIES) {
          await sleep(clock, FIRST_WAIT_MS * 2 ** (tries - 1), signal).catch(() => undefined);
          if (signal?.aborted === true) throw error;
          continue;
        }
        gaveUp = { error, untilMs: error.transient ? clock.now() + REST_MS : Infinity };
        onRefused?.(error);
        throw error;
      }
    }
  }

  function renew(): Promise<Token> {
    if (gaveUp !== undefined && clock.now() < gaveUp.untilMs) return Promise.reject(gaveUp.error);
    renewal ??= fetchPersistently().finally(() => {
      renewal = undefined;
    });
    return renewal;
  }

  function current(): Token | undefined {
    if (token === undefined) return undefined;
    const nowMs = clock.now();
    if (nowMs >= renewAtMs && renewal === undefined) {
      // While the old one serves, nobody waits and a failure is nobody's.
      renew().catch(() => undefined);
    }
    return nowMs < token.expiresAtMs ? token : undefined;
  }

  return {
    current,
    async get() {
      return current() ?? (await renew());
    },
    async replace(refused) {
      // Another one who met it was first.
      if (token !== refused) return current() ?? (await renew());
      if (refusals >= MOST_REFUSALS) return undefined;
      refusals += 1;
      token = undefined;
      return renew();
    },
    accepted() {
      refusals = 0;
    },
  };
}
