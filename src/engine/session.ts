import { createCall } from "../core/call.ts";
import type { HeaderList } from "../core/headers.ts";
import type { Outcome } from "../core/outcome.ts";
import { createRequest, type HttpRequest, type RequestParts } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import type { Middleware, Send } from "../core/send.ts";
import { compileUrlTemplate } from "../formats/url-template.ts";
import type { AnswerRule } from "../middleware/answer-rules.ts";
import { cookies, createCookieStore } from "../middleware/cookies.ts";
import { LONGEST_WAIT_MS } from "../middleware/patience.ts";
import { standard } from "../middleware/standard.ts";
import { createRetryPolicy } from "../policy/retry-policy.ts";
import { ACCEPT_ENCODING } from "../transport/decode.ts";
import type { SpoolOptions } from "../transport/spool.ts";
import { hostPlaces } from "../middleware/host-places.ts";
import { flow } from "./flow.ts";
import { type HostParts, openGround, type SessionCommons } from "./session-commons.ts";
import { type Rate, SESSION_DEFAULTS, type SessionOptions } from "./session-options.ts";
import { resolveLimits, turnsIn } from "./resolve-limits.ts";
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
export interface SessionParts extends HostParts {
  readonly rules?: readonly AnswerRule[];
  readonly spool?: SpoolOptions | undefined;
  /** Around each attempt and hop, before it waits for a place. */
  readonly beforeGates?: readonly Middleware[];
  /** The last touch before the wire. */
  readonly last?: readonly Middleware[];
  /** What it has in common with others: their limits hold, and they stay open. @default nothing */
  readonly shared?: SharedParts | undefined;
}

/** What a session has in common with others, and what it adds to their limits. */
export interface SharedParts {
  readonly commons: SessionCommons;
  /** In flight to one host. @default no further limit */
  readonly perHost?: number | undefined;
  readonly rates?: readonly Rate[];
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
  const { halt, emit, shared } = parts;
  shared?.commons.turnTo({ emit, concurrency, rates: shared.rates, paces: parts.paces });
  const ground = shared?.commons ?? openGround(options, parts);
  const { hosts, total, random, clock } = ground;
  const maxRetryAfterMs = options.maxRetryAfterMs ?? SESSION_DEFAULTS.maxRetryAfterMs;
  const turnsAt = (host: string): number => turnsIn(hosts.gatesOf(host)?.room(), perHost);
  const send = standard(ground.sendFor({ accept, spool: parts.spool }), {
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
      whenHeld: parts.whenQuotaIsGone === "wait" ? "wait" : "give up",
      random,
    }),
    userAgent: options.userAgent ?? `fanfetch/${VERSION}`,
    acceptEncoding: ACCEPT_ENCODING,
    removedHeaders: options.removedHeaders ?? [],
    clock,
    emit,
    beforeGates: [
      ...(parts.beforeGates ?? []),
      ...(shared?.perHost === undefined ? [] : [hostPlaces(shared.perHost)]),
    ],
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
      if (shared === undefined) await ground[Symbol.asyncDispose]();
    },
  };
}

function headerList(headers: SessionOptions["headers"]): HeaderList {
  if (headers === undefined) return [];
  return Array.isArray(headers) ? (headers as HeaderList) : Object.entries(headers).flat();
}
