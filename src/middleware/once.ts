import { Failure } from "../core/failure.ts";
import { responseHeader } from "../core/headers.ts";
import type { HeaderList } from "../core/headers.ts";
import type { HttpRequest } from "../core/request.ts";
import { HttpResponse } from "../core/response.ts";
import type { Middleware } from "../core/send.ts";

/** How much is remembered; the oldest is forgotten first and would be asked again. */
export interface OnceOptions {
  /** @default 50000 */
  readonly mostAnswers?: number;
  /** Bodies, all together. @default 16777216 */
  readonly mostBytes?: number;
}

/** Methods without an effect at the server: two equal ones are one question (RFC 9110 §9.2.1; QUERY: RFC 10008). */
const SAFE = new Set(["GET", "HEAD", "OPTIONS", "QUERY"]);

/** The memory of one question. */
interface Asked {
  readonly headers: HeaderList;
  readonly body: string | Uint8Array | undefined;
  answer: Promise<HttpResponse> | Kept | Failure;
}

/** An answer without what a second reader has no use for, its body packed among others. */
interface Kept {
  readonly status: number;
  readonly url: string;
  readonly contentType: string | undefined;
  readonly bytes: Uint8Array;
  readonly protocol: "http/1.1" | "h2";
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
    const memory = new Map<string, Asked>();
    let bytes = 0;

    function forgetOldest(): void {
      for (const [key, asked] of memory) {
        // One still under way is always kept: others may be waiting for it.
        if (asked.answer instanceof Promise) continue;
        memory.delete(key);
        if (!(asked.answer instanceof Failure)) bytes -= asked.answer.bytes.byteLength;
        return;
      }
    }

    function keep(asked: Asked, key: string, response: HttpResponse): void {
      // A body in a file belongs to whoever saves it first; the next one needs its own.
      if (!(response.body instanceof Uint8Array) || response.body.byteLength > mostBytes / 16) {
        memory.delete(key);
        return;
      }
      asked.answer = {
        status: response.status,
        url: response.url,
        contentType: responseHeader(response.headers, "content-type"),
        bytes: Buffer.from(response.body),
        protocol: response.protocol,
      };
      bytes += response.body.byteLength;
      while (memory.size > mostAnswers || bytes > mostBytes) forgetOldest();
    }

    return async (request, call) => {
      if (!SAFE.has(request.method)) return next(request, call);
      const key = request.method === "GET" ? request.url : `${request.method} ${request.url}`;
      const known = memory.get(key);
      if (known !== undefined) {
        if (!isEqual(known, request)) return next(request, call);
        const answer = known.answer;
        call.duplicate = true;
        if (answer instanceof Failure) throw answer;
        if (!(answer instanceof Promise)) return revive(answer);
        const response = await answer;
        if (response.body instanceof Uint8Array) return response;
        call.duplicate = false;
        return next(request, call);
      }
      const promise = next(request, call);
      const asked: Asked = { headers: request.headers, body: request.body, answer: promise };
      memory.set(key, asked);
      try {
        const response = await promise;
        keep(asked, key, response);
        return response;
      } catch (error) {
        if (error instanceof Failure && error.code !== "E_ABORTED") asked.answer = error;
        else memory.delete(key);
        throw error;
      }
    };
  };
}

function isEqual(asked: Asked, request: HttpRequest): boolean {
  if (asked.body !== request.body) return false;
  if (asked.headers === request.headers) return true;
  return (
    asked.headers.length === request.headers.length &&
    asked.headers.every((field, index) => field === request.headers[index])
  );
}

function revive(kept: Kept): HttpResponse {
  return new HttpResponse({
    url: kept.url,
    status: kept.status,
    headers: kept.contentType === undefined ? {} : { "content-type": kept.contentType },
    body: kept.bytes,
    wireBytes: 0,
    protocol: kept.protocol,
    timing: {
      dnsMs: null,
      connectMs: null,
      tlsMs: null,
      firstByteMs: null,
      totalMs: 0,
      reused: true,
    },
  });
}
