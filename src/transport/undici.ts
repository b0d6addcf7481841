import type { Dispatcher } from "undici";

import type { Call } from "../core/call.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { Failure } from "../core/failure.ts";
import type { HttpRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import type { Transport } from "../core/send.ts";
import { Deadlines } from "./deadlines.ts";
import { createDnsCache } from "./dns-cache.ts";
import { Lanes } from "./lanes.ts";
import type { SpoolOptions } from "./spool.ts";
import { Exchange, type ExchangeContext } from "./undici-exchange.ts";
import {
  createConnector,
  createProxyAgent,
  type LaneOptions,
  ProxyLane,
  UndiciLane,
  type WireLane,
} from "./undici-lane.ts";

/** What the wire needs to know. Times in milliseconds, sizes in bytes. */
export interface TransportOptions {
  /** Longest from leaving to the last byte. */
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxBodyBytes: number;
  readonly http2: boolean;
  /** Hosts (`name` or `name:port`) whose certificates are not verified. */
  readonly insecureHosts: readonly string[];
  /** Statuses whose bodies are wanted whole; of others an excerpt is decoded. */
  readonly accept: (status: number) => boolean;
  readonly spool?: SpoolOptions | undefined;
  readonly proxy?: string | undefined;
  readonly clock?: Clock | undefined;
}

/** Origins whose idle connections are kept; beyond, the longest known idle one is closed. */
const MOST_ORIGINS = 512;

/**
 * A transport on undici's `dispatch`: one Client per lane, chosen in O(1), whole decoded bodies, phase
 * timings, a total deadline. A request that meets a connection which the server was just closing is
 * sent once more by itself when it is idempotent (RFC 9112 §9.3.1); that is not an attempt.
 */
export function createUndiciTransport(options: TransportOptions): Transport {
  const clock = options.clock ?? systemClock;
  const open = new Deadlines<Exchange>(options.timeoutMs, clock);
  const heard = new WeakSet<AbortSignal>();
  const lookup = createDnsCache(clock);
  const origins = new Map<string, Lanes<WireLane>>();
  const insecure = new Set(options.insecureHosts.map((host) => host.toLowerCase()));
  const laneOptions = (verify: LaneOptions["verify"]): LaneOptions => ({
    connectTimeoutMs: options.connectTimeoutMs,
    idleTimeoutMs: options.idleTimeoutMs,
    // The total deadline is ours; undici's would only fire beside it.
    headersTimeoutMs: 0,
    http2: options.http2,
    verify,
    lookup,
    clock,
  });
  const strict = laneOptions("certificate");
  const lax = laneOptions("nothing");
  const proxies =
    options.proxy === undefined
      ? undefined
      : {
          strict: createProxyAgent(options.proxy, strict),
          lax: createProxyAgent(options.proxy, lax),
        };
  const connectors = { strict: createConnector(strict), lax: createConnector(lax) };

  const context: ExchangeContext = {
    clock,
    maxBodyBytes: options.maxBodyBytes,
    spool: options.spool,
    accept: options.accept,
    over(exchange, lane) {
      open.stop(exchange);
      const lanes = origins.get(exchange.request.origin);
      if (lane === "lost") lanes?.drop(exchange.lane);
      lanes?.giveBack(exchange.lane);
    },
  };

  function lanesTo(origin: string): Lanes<WireLane> {
    const known = origins.get(origin);
    if (known !== undefined) return known;
    if (origins.size >= MOST_ORIGINS) forgetOneIdle();
    const url = new URL(origin);
    const isLax = insecure.has(url.host) || insecure.has(url.hostname);
    const kind = isLax ? "lax" : "strict";
    const openLane = (): WireLane =>
      proxies === undefined
        ? new UndiciLane(origin, connectors[kind], kind === "lax" ? lax : strict, (lane, before) =>
            lanes.handshaken(lane, before),
          )
        : new ProxyLane(proxies[kind]);
    const scout = options.http2 && url.protocol === "https:" && proxies === undefined;
    const lanes: Lanes<WireLane> = new Lanes(openLane, scout);
    origins.set(origin, lanes);
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

  function forgetOneIdle(): void {
    for (const [origin, lanes] of origins) {
      if (lanes.inUse > 0) continue;
      origins.delete(origin);
      lanes.destroy();
      return;
    }
  }

  function exchange(
    request: HttpRequest,
    call: Call,
    resolve: (response: HttpResponse) => void,
    reject: (failure: Failure) => void,
    chance: "first" | "last",
  ): void {
    lanesTo(request.origin).take((lane) => {
      if (call.signal?.aborted === true) {
        origins.get(request.origin)?.giveBack(lane);
        reject(new Failure("E_ABORTED", "stopped", { request, unsent: true }));
        return;
      }
      call.requests += 1;
      const onFailure = (failure: Failure): void => {
        if (
          chance === "first" &&
          failure.code === "E_RESET" &&
          request.idempotent &&
          one.mayHaveMetAClosedConnection
        ) {
          exchange(request, call, resolve, reject, "last");
        } else {
          reject(failure);
        }
      };
      const one = new Exchange(request, call, lane, context, resolve, onFailure);
      open.start(one);
      if (call.signal !== undefined) listenTo(call.signal);
      try {
        lane.dispatch(dispatchOptions(request), one);
      } catch (error) {
        one.onResponseError(undefined, error as Error);
      }
    });
  }

  return {
    send: (request, call) =>
      new Promise((resolve, reject) => exchange(request, call, resolve, reject, "first")),
    async [Symbol.asyncDispose]() {
      for (const lanes of origins.values()) lanes.destroy();
      origins.clear();
      await proxies?.strict.destroy();
      await proxies?.lax.destroy();
      open[Symbol.dispose]();
    },
  };
}

function dispatchOptions(request: HttpRequest): Dispatcher.DispatchOptions {
  return {
    origin: request.origin,
    path: request.target,
    method: request.method as Dispatcher.HttpMethod,
    headers: request.headers as string[],
    body: request.body ?? null,
    idempotent: request.idempotent,
  };
}
