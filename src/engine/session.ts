import { createCall } from "../core/call.ts";
import { createAwakeClock } from "../core/awake-clock.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import type { Listener } from "../core/event.ts";
import type { Halt } from "../core/halt.ts";
import type { HeaderList } from "../core/headers.ts";
import type { Outcome } from "../core/outcome.ts";
import { createRequest, type HttpRequest, type RequestParts } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import type { Middleware, Send, Transport } from "../core/send.ts";
import { compileUrlTemplate } from "../formats/url-template.ts";
import type { AnswerRule } from "../middleware/answer-rules.ts";
import { cookies, createCookieStore } from "../middleware/cookies.ts";
import { LONGEST_WAIT_MS } from "../middleware/patience.ts";
import { standard } from "../middleware/standard.ts";
import { createGate } from "../policy/gate.ts";
import type { HostMemory } from "../policy/host-memory.ts";
import { createRetryPolicy } from "../policy/retry-policy.ts";
import { ACCEPT_ENCODING } from "../transport/decode.ts";
import type { SpoolOptions } from "../transport/spool.ts";
import { createUndiciTransport } from "../transport/undici.ts";
import type { Detour } from "../transport/undici-routes.ts";
import { flow } from "./flow.ts";
import type { HostPaces } from "./host-paces.ts";
import { mostConnections } from "./most-connections.ts";
import { openHosts } from "./open-hosts.ts";
import { watchOwnLoad } from "./own-load.ts";
import { SESSION_DEFAULTS, type SessionOptions } from "./session-options.ts";
import { positive, resolveLimits, turnsIn } from "./resolve-limits.ts";
import { spread } from "./spread.ts";
import { toBatches } from "./batches.ts";
import { VERSION } from "./version.ts";

/** What can be asked: a URL, or a request's parts. */
export type Asked = string | URL | RequestParts;

/** A list of any length, read as it is needed. */
export type Many<T> = Iterable<T> | AsyncIterable<T>;

/** What a single call may say. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** A row and what became of its request. */
export interface RowOutcome<R> {
  readonly row: R;
  readonly outcome: Outcome;
}

/** What only the command line and jobs set. */
export interface SessionParts {
  readonly emit?: Listener | undefined;
  readonly rules?: readonly AnswerRule[];
  readonly spool?: SpoolOptions | undefined;
  /** Around each attempt and hop, before it waits for a place. */
  readonly beforeGates?: readonly Middleware[];
  /** The last touch before the wire. */
  readonly last?: readonly Middleware[];
  /** Stops the run where going on makes no sense (no quota, no network, no authorisation). */
  readonly halt?: Halt | undefined;
  /** Whether a quota that is gone is waited for, however long. @default "stop", where there is a halt */
  readonly whenQuotaIsGone?: "stop" | "wait";
  /** What is remembered of hosts. @default nothing */
  readonly memory?: HostMemory | undefined;
  /** Intervals that hosts ask to be kept, beside the declared rates. @default none */
  readonly paces?: HostPaces | undefined;
  /** In flight to a host of which nothing is known yet, where that is learned. @default the learner's own */
  readonly firstAtOnce?: number | undefined;
  /** A number from 0 to below 1. @default Math.random */
  readonly random?: () => number;
  readonly clock?: Clock;
  /** Where every connection of the network's transport leads in place of its origin. */
  readonly detour?: Detour | undefined;
  /** Instead of the network's. */
  readonly transport?: Transport;
}

/** A session: one set of limits, connections and credentials. Close it, or declare it with `await using`. */
export interface Session extends AsyncDisposable {
  /** One answer. @throws Failure when there is no acceptable one. */
  fetch(asked: Asked, options?: CallOptions): Promise<HttpResponse>;
  /** All outcomes in the order of the input, failures as data. */
  gather(asked: Many<Asked>, options?: CallOptions): Promise<Outcome[]>;
  /** Outcomes as they land; reads the input as it is needed. */
  asCompleted(asked: Many<Asked>, options?: CallOptions): AsyncIterableIterator<Outcome>;
  /** Rows and their outcomes as they land; the URL template (RFC 6570) is filled from each row. */
  map<R extends object>(
    rows: Many<R>,
    urlTemplate: string,
    options?: CallOptions,
  ): AsyncIterableIterator<RowOutcome<R>>;
  /** The session's Send, for those who bring a loop of their own. */
  readonly send: Send;
  /** How many turns one host may have at once: a few more than it takes, so that it never waits for the loop. */
  readonly turnsAt: (host: string) => number;
}

/** A caller's list is read this far ahead at most, to find requests to other hosts. */
const LOOK_AHEAD = 1_000;

/** Opens a session. @throws RangeError for a limit or a time that is no positive number. */
export function openSession(options: SessionOptions = {}, parts: SessionParts = {}): Session {
  const { concurrency, perHost } = resolveLimits(options);
  const accept = options.accept ?? ((status: number) => status >= 200 && status < 300);
  const clock = parts.clock ?? createAwakeClock(systemClock);
  const transport =
    parts.transport ??
    createUndiciTransport({
      timeoutMs: positive("timeoutMs", options.timeoutMs ?? SESSION_DEFAULTS.timeoutMs),
      minSpeedBytes: options.minSpeedBytes,
      connectTimeoutMs: options.connectTimeoutMs ?? SESSION_DEFAULTS.connectTimeoutMs,
      idleTimeoutMs: options.idleTimeoutMs ?? SESSION_DEFAULTS.idleTimeoutMs,
      maxBodyBytes: options.maxBodyBytes ?? SESSION_DEFAULTS.maxBodyBytes,
      // What stands in for servers speaks without TLS, so nobody could agree on HTTP/2.
      http2: parts.detour === undefined && (options.http2 ?? true),
      insecureHosts: options.insecureHosts ?? [],
      proxy: options.proxy,
      detour: parts.detour,
      spool: parts.spool,
      accept,
      clock,
    });
  const maxRetryAfterMs = options.maxRetryAfterMs ?? SESSION_DEFAULTS.maxRetryAfterMs;
  const total = createGate(Math.min(concurrency, mostConnections()));
  const { halt, memory, random = Math.random, emit } = parts;
  const hosts = openHosts({
    places: perHost,
    rates: options.limits?.rates ?? [],
    total,
    maxRetryAfterMs,
    whenQuotaIsGone: parts.whenQuotaIsGone ?? "stop",
    halt,
    memory,
    paces: parts.paces,
    firstAtOnce: parts.firstAtOnce,
    ownLoad: parts.clock === undefined ? watchOwnLoad() : undefined,
    random,
    clock,
    emit,
  });
  const turnsAt = (host: string): number => turnsIn(hosts.gatesOf(host)?.room(), perHost);
  const send = standard(transport.send, {
    hosts,
    total,
    halt,
    accept,
    rules: parts.rules ?? [],
    maxRedirects: options.maxRedirects ?? SESSION_DEFAULTS.maxRedirects,
    redirectsTo: options.redirectsTo,
    downgrades: options.downgrades,
    retryPolicy: createRetryPolicy({
      retries: options.retries ?? SESSION_DEFAULTS.retries,
      maxRetryAfterMs: parts.whenQuotaIsGone === "wait" ? LONGEST_WAIT_MS : maxRetryAfterMs,
      random,
    }),
    userAgent: options.userAgent ?? `fanfetch/${VERSION}`,
    acceptEncoding: ACCEPT_ENCODING,
    removedHeaders: options.removedHeaders ?? [],
    clock,
    emit,
    beforeGates: parts.beforeGates ?? [],
    last: [
      ...(parts.last ?? []),
      ...(options.cookies === "keep" ? [cookies(createCookieStore())] : []),
    ],
  });
  const headers = headerList(options.headers);
  const secretHeaders = options.secretHeaders ?? [];

  function toRequest(asked: Asked): HttpRequest {
    if (typeof asked === "string" || asked instanceof URL) {
      return createRequest({ url: asked, headers, secretHeaders });
    }
    return createRequest({
      ...asked,
      headers: asked.headers === undefined ? headers : [...headers, ...asked.headers],
      secretHeaders: [...secretHeaders, ...(asked.secretHeaders ?? [])],
    });
  }

  async function* outcomes<T>(
    items: Many<T>,
    requestOf: (item: T) => HttpRequest,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<{ readonly item: T; readonly index: number; readonly outcome: Outcome }> {
    const turns = spread(
      toBatches(items, (item, index) => ({ item, index, request: requestOf(item) })),
      { lookAhead: LOOK_AHEAD, turnsAt },
    );
    for await (const batch of flow(turns, send, { window: concurrency, signal })) {
      for (const { owed, outcome } of batch) {
        yield { item: owed.item, index: owed.index, outcome };
      }
    }
    signal?.throwIfAborted();
  }

  return {
    send,
    turnsAt,
    async fetch(asked, { signal } = {}) {
      signal?.throwIfAborted();
      return send(toRequest(asked), createCall(signal));
    },
    async gather(asked, { signal } = {}) {
      const all: Outcome[] = [];
      for await (const { index, outcome } of outcomes(asked, toRequest, signal)) {
        all[index] = outcome;
      }
      return all;
    },
    async *asCompleted(asked, { signal } = {}) {
      for await (const { outcome } of outcomes(asked, toRequest, signal)) yield outcome;
    },
    async *map<R extends object>(rows: Many<R>, urlTemplate: string, { signal }: CallOptions = {}) {
      const template = compileUrlTemplate(urlTemplate);
      const requestOf = (row: R): HttpRequest =>
        toRequest(
          template.expand((name) =>
            Object.hasOwn(row, name) ? (row as Record<string, unknown>)[name] : undefined,
          ),
        );
      for await (const { item, outcome } of outcomes(rows, requestOf, signal)) {
        yield { row: item, outcome };
      }
    },
    async [Symbol.asyncDispose]() {
      hosts.keep();
      await transport[Symbol.asyncDispose]();
    },
  };
}

function headerList(headers: SessionOptions["headers"]): HeaderList {
  if (headers === undefined) return [];
  return Array.isArray(headers) ? (headers as HeaderList) : Object.entries(headers).flat();
}
