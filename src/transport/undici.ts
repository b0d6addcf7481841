import type { Call } from "../core/call.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { Failure } from "../core/failure.ts";
import type { HttpRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import type { Send } from "../core/send.ts";
import { Deadlines } from "./deadlines.ts";
import { AddressRefused, scopeOfAddress, scopeOfHost, type ScopeOf } from "./address-policy.ts";
import { createDnsCache, type Resolve } from "./dns-cache.ts";
import { Lanes } from "./lanes.ts";
import type { SpoolOptions } from "./spool.ts";
import type { Chance, ExchangeContext, Settle } from "./exchange-context.ts";
import { Exchange } from "./undici-exchange.ts";
import { failureOf } from "./undici-failure.ts";
import { UndiciLane } from "./undici-lane.ts";
import { createRoutes, type Detour } from "./undici-routes.ts";

/** What the wire needs to know. Times in milliseconds, sizes in bytes. */
export interface TransportOptions {
  /** Longest from leaving to the last byte. */
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** Bytes per second, over 30 s, below which an answer is given up. @default 0 */
  readonly minSpeedBytes?: number | undefined;
  readonly maxBodyBytes: number;
  readonly http2: boolean;
  /** Hosts (`name` or `name:port`) whose certificates are not verified. */
  readonly insecureHosts: readonly string[];
  readonly proxy?: string | undefined;
  /** Where every connection leads in place of its origin; no name is looked up, no proxy asked. @default none */
  readonly detour?: Detour | undefined;
  readonly clock?: Clock | undefined;
  /** @default the system's resolver */
  readonly resolve?: Resolve | undefined;
  /** Which addresses a request may connect to that a public server pointed to. @default scopeOfAddress */
  readonly scopeOf?: ScopeOf | undefined;
}

/** Which bodies are wanted, and how. */
export interface WantedBodies {
  /** Statuses whose bodies are wanted whole; of others an excerpt is decoded. */
  readonly accept: (status: number) => boolean;
  readonly spool?: SpoolOptions | undefined;
}

/** The network's transport: one set of connections for all who send. */
export interface UndiciTransport extends AsyncDisposable {
  /** A Send of its own over the same connections. */
  sendFor(wanted: WantedBodies): Send;
}

/** How often within the idle timeout is looked: an idle answer ends at most an eighth late. */
const IDLE_LOOKS = 8;

/** Origins whose idle connections are kept; beyond, the longest known idle one is closed. */
const MOST_ORIGINS = 512;

/**
 * A transport on undici's `dispatch`: one Client per lane, chosen in O(1), whole decoded bodies, phase
 * timings, a total deadline. A request that meets a connection which the server was just closing is
 * sent once more by itself when it is idempotent (RFC 9112 §9.3.1); that is not an attempt.
 */
export function createUndiciTransport(options: TransportOptions): UndiciTransport {
  const clock = options.clock ?? systemClock;
  const open = new Deadlines<Exchange>(options.timeoutMs, clock);
  const heard = new WeakSet<AbortSignal>();
  const origins = new Map<string, Lanes<UndiciLane>>();
  const scopeOf = options.scopeOf ?? scopeOfAddress;
  const routes = createRoutes({
    ...options,
    lookup: createDnsCache(clock, options.resolve),
    scopeOf,
  });
  const connects = new Deadlines(options.connectTimeoutMs, clock);
  const laneOptions = { ...options, clock, connects };
  let state: "open" | "closed" = "open";

  function contextOf({ accept, spool }: WantedBodies): ExchangeContext {
    const context: ExchangeContext = {
      clock,
      maxBodyBytes: options.maxBodyBytes,
      spool,
      accept,
      over(exchange, lane) {
        open.stop(exchange);
        const lanes = origins.get(laneKey(exchange.request));
        if (lane === "lost") lanes?.drop(exchange.lane);
        lanes?.giveBack(exchange.lane);
      },
      again(request, call, settle) {
        const trip = { request, call, settle, chance: "last", context } as const;
        const asked = call.beforeRepeat?.(request);
        if (asked === undefined) start(trip);
        else asked.then(() => start(trip), settle.reject);
      },
    };
    return context;
  }

  function lanesOf(request: HttpRequest): Lanes<UndiciLane> {
    const key = laneKey(request);
    const known = origins.get(key);
    if (known !== undefined) return known;
    if (origins.size >= MOST_ORIGINS) forgetOneIdle();
    const route = routes.to(new URL(request.origin), request.reach);
    const lanes: Lanes<UndiciLane> = new Lanes(
      () => new UndiciLane(route, laneOptions, (lane, before) => lanes.handshaken(lane, before)),
      options.http2 && request.origin.startsWith("https:"),
    );
    origins.set(key, lanes);
    return lanes;
  }

  /**
   * One listener per signal, whatever the number of requests it stops: one each would cost
   * microseconds. Beware: a Set of those it stops would leave its outgrown tables to the old
   * generation, each holding the exchanges of its time.
   */
  function listenTo(signal: AbortSignal): void {
    if (heard.has(signal)) return;
    heard.add(signal);
    const stop = (): void => {
      for (const one of open.running()) if (one.call.signal === signal) one.abort();
    };
    signal.addEventListener("abort", stop, { once: true });
  }

  let idleSweep: Disposable | undefined;

  /** Looks for answers that have stopped arriving, as long as anything is under way. */
  function sweepIdle(): void {
    idleSweep = undefined;
    const nowMs = clock.now();
    const sinceMs = nowMs - options.idleTimeoutMs;
    let isAny = false;
    for (const one of open.running()) {
      one.expireIfIdle(sinceMs);
      if (options.minSpeedBytes !== undefined) one.expireIfSlow(nowMs, options.minSpeedBytes);
      isAny = true;
    }
    if (isAny) idleSweep = clock.after(options.idleTimeoutMs / IDLE_LOOKS, sweepIdle);
  }

  function forgetOneIdle(): void {
    for (const [origin, lanes] of origins) {
      if (lanes.inUse > 0) continue;
      origins.delete(origin);
      lanes.destroy();
      return;
    }
  }

  function start(trip: Trip): void {
    const { request, settle } = trip;
    if (state === "closed") return settle.reject(stopped(request, "the session is closed"));
    const refused = addressRefused(request, scopeOf);
    if (refused !== undefined) return settle.reject(refused);
    const lanes = lanesOf(request);
    const lane = lanes.tryTake();
    if (lane !== undefined) return leave(trip, lane);
    lanes.take(
      (later) => leave(trip, later),
      () => settle.reject(stopped(request, "the session is closed")),
    );
  }

  function leave({ request, call, settle, chance, context }: Trip, lane: UndiciLane): void {
    if (call.signal?.aborted === true) {
      origins.get(laneKey(request))?.giveBack(lane);
      return settle.reject(stopped(request, "stopped"));
    }
    call.requests += 1;
    const one = new Exchange(request, call, lane, context, settle, chance);
    open.start(one, one.startMs);
    idleSweep ??= clock.after(options.idleTimeoutMs / IDLE_LOOKS, sweepIdle);
    if (call.signal !== undefined) listenTo(call.signal);
    try {
      lane.dispatch(routes.dispatchOptions(request), one);
    } catch (error) {
      one.onResponseError(undefined, error as Error);
    }
  }

  return {
    sendFor(wanted) {
      const context = contextOf(wanted);
      return (request, call) => {
        const settle = Promise.withResolvers<HttpResponse>();
        start({ request, call, settle, chance: "first", context });
        return settle.promise;
      };
    },
    async [Symbol.asyncDispose]() {
      state = "closed";
      for (const lanes of origins.values()) lanes.destroy();
      origins.clear();
      connects[Symbol.dispose]();
      idleSweep?.[Symbol.dispose]();
      open[Symbol.dispose]();
    },
  };
}

/** A request on its way to the wire. */
interface Trip {
  readonly request: HttpRequest;
  readonly call: Call;
  readonly settle: Settle;
  readonly chance: Chance;
  readonly context: ExchangeContext;
}

function stopped(request: HttpRequest, words: string): Failure {
  return new Failure("E_ABORTED", words, { request });
}

/** Requests that may connect to public addresses alone have connections of their own. */
function laneKey({ origin, reach }: HttpRequest): string {
  return reach === undefined ? origin : `${reach} ${origin}`;
}

/** The failure of a request whose host itself shows that it may not be reached; sockets ask no look-up for those. */
function addressRefused(request: HttpRequest, scopeOf: ScopeOf): Failure | undefined {
  if (request.reach === undefined) return undefined;
  const { hostname } = new URL(request.origin);
  if (scopeOfHost(hostname, scopeOf) !== "local") return undefined;
  const error = new AddressRefused(hostname, hostname);
  return failureOf(error, request, { progress: "connecting", elapsedMs: 0 });
}
