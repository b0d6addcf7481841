import type { Call } from "../core/call.ts";
import { Failure } from "../core/failure.ts";
import { responseHeader } from "../core/headers.ts";
import type { HeaderList } from "../core/headers.ts";
import type { HttpRequest } from "../core/request.ts";
import { HttpResponse } from "../core/response.ts";
import type { Middleware } from "../core/send.ts";
import type { WireTiming } from "../core/timing.ts";

/** How much is remembered; the oldest is forgotten first and would be asked again. */
export interface OnceOptions {
  /** @default 50000 */
  readonly mostAnswers?: number;
  /** Bodies, all together. @default 16777216 */
  readonly mostBytes?: number;
}

/** Methods without an effect at the server: two equal ones are one question (RFC 9110 §9.2.1; QUERY: RFC 10008). */
const SAFE = new Set(["GET", "HEAD", "OPTIONS", "QUERY"]);

/**
 * The memory of one question. There are many of these for long, so an answer is kept as few small
 * things: its body is a text with one character for each byte, which costs no buffer of its own.
 */
interface Asked {
  readonly headers: HeaderList;
  readonly body: string | Uint8Array | undefined;
  pending: Promise<HttpResponse> | undefined;
  failure: Failure | undefined;
  status: number;
  url: string;
  contentType: string | undefined;
  bytes: string;
}

/**
 * Asks each distinct question once and gives its answer, or its failure, to everyone who asks it. Equal
 * are method, URL, headers and body; questions with an effect at the server are never merged. Memory is
 * bounded: a question repeated after very many others is asked again.
 */
export function once({
  mostAnswers = 50_000,
  mostBytes = 16_777_216,
}: OnceOptions = {}): Middleware {
  return (next) => {
    // Two generations: the older one is forgotten whole. A map from which the oldest entry is deleted
    // again and again would walk over all its holes each time.
    let young = new Map<string, Asked>();
    let old = new Map<string, Asked>();
    let youngBytes = 0;

    function remember(key: string, asked: Asked): void {
      if (young.size >= mostAnswers / 2 || youngBytes >= mostBytes / 2) {
        const forgotten = old;
        old = young;
        young = new Map();
        youngBytes = 0;
        // One still under way is always kept: others may be waiting for it.
        for (const [each, one] of forgotten) if (one.pending !== undefined) young.set(each, one);
      }
      young.set(key, asked);
    }

    function forget(key: string): void {
      young.delete(key);
      old.delete(key);
    }

    function keep(asked: Asked, key: string, response: HttpResponse): void {
      asked.pending = undefined;
      const { body } = response;
      // A body in a file belongs to whoever saves it first; the next one needs its own.
      if (!(body instanceof Uint8Array) || body.byteLength > mostBytes / 16) return forget(key);
      asked.status = response.status;
      asked.url = response.url;
      asked.contentType = intern(responseHeader(response.headers, "content-type"));
      asked.bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("latin1");
      youngBytes += body.byteLength;
    }

    /** Gives what is known, or waits for it with those who asked before. */
    async function share(known: Asked, request: HttpRequest, call: Call): Promise<HttpResponse> {
      call.duplicate = true;
      if (known.failure !== undefined) throw known.failure;
      if (known.pending === undefined) return revive(known);
      const response = await known.pending;
      if (response.body instanceof Uint8Array) return response;
      call.duplicate = false;
      return next(request, call);
    }

    async function ask(request: HttpRequest, call: Call, key: string): Promise<HttpResponse> {
      const pending = next(request, call);
      const asked: Asked = {
        headers: request.headers,
        body: request.body,
        pending,
        failure: undefined,
        status: 0,
        url: "",
        contentType: undefined,
        bytes: "",
      };
      remember(key, asked);
      try {
        const response = await pending;
        keep(asked, key, response);
        return response;
      } catch (error) {
        asked.pending = undefined;
        if (error instanceof Failure && error.code !== "E_ABORTED") asked.failure = error;
        else forget(key);
        throw error;
      }
    }

    return (request, call) => {
      if (!SAFE.has(request.method)) return next(request, call);
      const key = request.method === "GET" ? request.url : `${request.method} ${request.url}`;
      const known = young.get(key) ?? old.get(key);
      if (known === undefined) return ask(request, call, key);
      return isEqual(known, request) ? share(known, request, call) : next(request, call);
    };
  };
}

/** The few content types that there are, each once. */
const types = new Map<string, string>();

function intern(type: string | undefined): string | undefined {
  if (type === undefined) return undefined;
  const known = types.get(type);
  if (known !== undefined) return known;
  if (types.size < 100) types.set(type, type);
  return type;
}

function isEqual(asked: Asked, request: HttpRequest): boolean {
  if (asked.body !== request.body) return false;
  if (asked.headers === request.headers) return true;
  return (
    asked.headers.length === request.headers.length &&
    asked.headers.every((field, index) => field === request.headers[index])
  );
}

function revive(asked: Asked): HttpResponse {
  return new HttpResponse({
    url: asked.url,
    status: asked.status,
    headers: asked.contentType === undefined ? {} : { "content-type": asked.contentType },
    body: Buffer.from(asked.bytes, "latin1"),
    wireBytes: 0,
    protocol: "http/1.1",
    timing: REMEMBERED,
  });
}

/** What an answer from memory took. */
const REMEMBERED: WireTiming = {
  dnsMs: null,
  connectMs: null,
  tlsMs: null,
  firstByteMs: null,
  totalMs: 0,
  reused: true,
};
