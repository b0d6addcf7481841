import type { Call } from "../core/call.ts";
import type { Clock } from "../core/clock.ts";
import { Failure } from "../core/failure.ts";
import type { HttpRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import type { Middleware, Send } from "../core/send.ts";
import { createGate } from "../policy/gate.ts";
import type { HostMemory } from "../policy/host-memory.ts";
import { createKeyPool } from "../policy/key-pool.ts";
import type { Departure } from "../policy/rate-learner.ts";
import type { KeyPoolCredentials } from "./auth-credentials.ts";
import { createSigner, sendSigned } from "./auth-signer.ts";
import { createHostLine } from "./host-line.ts";
import { createKeyLane, type KeyLane } from "./key-lane.ts";

/** What several keys need to take turns. */
export interface KeyPoolOptions {
  readonly send: Send;
  readonly clock: Clock;
  /** The host whose keys they are. */
  readonly host: string;
  readonly memory?: HostMemory | undefined;
  readonly maxWaitMs?: number | undefined;
  readonly onQuotaGone?: ((untilWallMs: number) => void) | undefined;
  readonly onRefused?: ((words: string) => void) | undefined;
}

/** Several keys that take turns. */
export interface KeyPoolAuth {
  readonly sign: Middleware;
  /** Keeps what was learned of each, for the next run. */
  keep(): void;
}

/** A key to leave with, and its departure. */
interface Turn {
  readonly key: string;
  readonly lane: KeyLane;
  readonly left: Departure;
}

/**
 * Lets each request leave with the key that may leave soonest, when it may: each key has its own declared
 * rates and a learner of its own. A key that is refused for how much it asks waits as its learner says,
 * one that meets 401 is not used again; the request leaves again at once with another, once with each,
 * where one is free. Without one, the host is held like any other.
 */
export function keyPool(credentials: KeyPoolCredentials, options: KeyPoolOptions): KeyPoolAuth {
  const { clock, send, host, memory, maxWaitMs = Infinity, onQuotaGone, onRefused } = options;
  const { keys, name } = credentials;
  const lanes = new Map(
    keys.map(({ value, rates }) => [
      value,
      createKeyLane({ host, key: value, rates, memory, clock }),
    ]),
  );
  const pool = createKeyPool(keys.map(({ value }) => ({ key: value, spacing: lanes.get(value) })));
  const signers = new Map(
    keys.map(({ value }) => [
      value,
      createSigner({ kind: "apiKey", in: credentials.in, name, value }, { send, clock }),
    ]),
  );
  const line = createHostLine<Turn>({
    clock,
    halt: undefined,
    // Places are the host's: whoever waits here has one.
    total: createGate(Infinity),
    nextAt: (nowMs) => pool.next(nowMs).atMs,
    depart(nowMs) {
      const { key } = pool.next(nowMs);
      pool.take(key);
      const lane = lanes.get(key)!;
      return { key, lane, left: lane.depart(nowMs) };
    },
    refusal,
  });

  /** Why nobody waits for a key: none is accepted, or all are used up for too long. */
  function refusal(request: HttpRequest): Failure | undefined {
    if (!pool.isAlive) {
      const words = "none of the keys is accepted";
      onRefused?.(words);
      return new Failure("E_AUTH", words, { request, unsent: true });
    }
    const nowMs = clock.now();
    const { atMs } = pool.next(nowMs);
    if (atMs === Infinity || atMs - nowMs <= maxWaitMs) return undefined;
    onQuotaGone?.(clock.wallNow() + atMs - nowMs);
    return new Failure("E_ABORTED", "all keys are used up", { request, unsent: true });
  }

  async function ask(
    { key, lane, left }: Turn,
    on: { readonly next: Send; readonly request: HttpRequest; readonly call: Call },
  ): Promise<{ readonly response: HttpResponse; readonly isUnwanted: boolean }> {
    try {
      const response = await sendSigned(signers.get(key)!, undefined, on);
      const verdict = lane.answered(left, response);
      if (verdict === "not accepted") pool.rest(key, Infinity);
      return { response, isUnwanted: verdict !== "accepted" };
    } catch (error) {
      lane.broke(left, error);
      throw error;
    }
  }

  return {
    sign: (next) => async (request, call) => {
      call.keyed = true;
      for (let tries = 1; ; tries += 1) {
        const { place, departure } = line.tryLeave() ?? (await line.leave(request, call));
        try {
          const { response, isUnwanted } = await ask(departure, { next, request, call });
          const nowMs = clock.now();
          const hasOther = isUnwanted && tries < keys.length && pool.next(nowMs).atMs <= nowMs;
          if (!hasOther) return response;
        } finally {
          place[Symbol.dispose]();
          line.look();
        }
      }
    },
    keep() {
      for (const lane of lanes.values()) lane.keep();
    },
  };
}
