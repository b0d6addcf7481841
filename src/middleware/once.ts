import { randomInt } from "node:crypto";

import type { Call } from "../core/call.ts";
import { Failure } from "../core/failure.ts";
import { responseHeader } from "../core/headers.ts";
import type { HeaderList } from "../core/headers.ts";
import type { HttpRequest } from "../core/request.ts";
import { HttpResponse } from "../core/response.ts";
import type { Middleware } from "../core/send.ts";
import type { WireTiming } from "../core/timing.ts";
import { AnswerStore, hashOf, type StoredAnswer } from "./answer-store.ts";

/** How much is remembered; the oldest is forgotten first and would be asked again. */
export interface OnceOptions {
  /** @default 44000 */
  readonly mostAnswers?: number;
  /** Bodies, all together. @default 16777216 */
  readonly mostBytes?: number;
}

/** Methods without an effect at the server: two equal ones are one question (RFC 9110 §9.2.1; QUERY: RFC 10008). */
const SAFE = new Set(["GET", "HEAD", "OPTIONS", "QUERY"]);

/** What a response that is not packed takes beside its body, roughly. */
const OBJECT_BYTES = 1_024;

/** A question that is not packed: under way, failed, or unlike others of its URL. */
interface Asked {
  readonly headers: HeaderList;
  readonly body: string | Uint8Array | undefined;
  pending: Promise<HttpResponse> | undefined;
  failure: Failure | undefined;
  /** An answer that the packed form cannot hold. */
  response: HttpResponse | undefined;
  /** Where its entry is now. */
  store: AnswerStore<Asked>;
  entry: number;
}

/**
 * Asks each distinct question once and gives its answer, or its failure, to everyone who asks it. Equal
 * are method, URL, headers and body; questions with an effect at the server are never merged. Memory is
 * bounded: a question repeated after very many others is asked again.
 */
export function once({
  mostAnswers = 44_000,
  mostBytes = 16_777_216,
}: OnceOptions = {}): Middleware {
  return (next) => {
    const seed = randomInt(2 ** 32 - 1);
    // Two generations: the older one is forgotten whole and its memory becomes the younger one's.
    let young = new AnswerStore<Asked>();
    let old = new AnswerStore<Asked>();
    /** The headers of the first question: those that share them are packed. */
    let common: HeaderList | undefined;

    function remember(question: string, hash: number, asked: Asked): void {
      if (young.size >= mostAnswers / 2 || young.bytes >= mostBytes / 2) {
        // One still under way is always kept: others may be waiting for it.
        const underWay = [...old.objects()].filter(({ object }) => object.pending !== undefined);
        old.clear();
        [old, young] = [young, old];
        for (const one of underWay) put(one.question, one.hash, one.object);
      }
      put(question, hash, asked);
    }

    function put(question: string, hash: number, asked: Asked): void {
      asked.store = young;
      asked.entry = young.add(question, hash, asked);
    }

    function keep(asked: Asked, response: HttpResponse): void {
      asked.pending = undefined;
      const { body, status } = response;
      // A body in a file belongs to whoever saves it first; the next one needs its own.
      if (!(body instanceof Uint8Array) || body.byteLength > mostBytes / 16) {
        return asked.store.forget(asked.entry);
      }
      const contentType = responseHeader(response.headers, "content-type");
      const isPlain =
        areSame(common, asked.headers) &&
        asked.body === undefined &&
        response.redirects.length === 0;
      if (!isPlain || !asked.store.pack(asked.entry, { status, contentType, bytes: body })) {
        asked.response = response;
        asked.store.weigh(body.byteLength + OBJECT_BYTES);
      }
    }

    /** Gives what is known, or waits for it with those who asked before. */
    async function share(asked: Asked, request: HttpRequest, call: Call): Promise<HttpResponse> {
      call.duplicate = true;
      if (asked.failure !== undefined) throw asked.failure;
      if (asked.response !== undefined) return asked.response;
      const response = await asked.pending!;
      if (response.body instanceof Uint8Array) return response;
      call.duplicate = false;
      return next(request, call);
    }

    function ask(
      request: HttpRequest,
      call: Call,
      question: string,
      hash: number,
    ): Promise<HttpResponse> {
      const { headers, body } = request;
      common ??= headers;
      const asked: Asked = {
        headers,
        body,
        pending: undefined,
        failure: undefined,
        response: undefined,
        store: young,
        entry: 0,
      };
      remember(question, hash, asked);
      asked.pending = next(request, call).then(
        (response) => {
          keep(asked, response);
          return response;
        },
        (error: unknown) => {
          asked.pending = undefined;
          if (error instanceof Failure && error.code !== "E_ABORTED") asked.failure = error;
          else asked.store.forget(asked.entry);
          throw error;
        },
      );
      return asked.pending;
    }

    return (request, call) => {
      if (!SAFE.has(request.method)) return next(request, call);
      const question = request.method === "GET" ? request.url : `${request.method} ${request.url}`;
      const hash = hashOf(question, seed);
      let store = young;
      let entry = store.find(question, hash);
      if (entry === -1) {
        store = old;
        entry = store.find(question, hash);
        if (entry === -1) return ask(request, call, question, hash);
      }
      const asked = store.object(entry);
      if (asked !== undefined) {
        return isEqual(asked, request) ? share(asked, request, call) : next(request, call);
      }
      const answer = store.answer(entry);
      if (answer === undefined || !areSame(common, request.headers) || request.body !== undefined) {
        return next(request, call);
      }
      call.duplicate = true;
      return Promise.resolve(revive(request.url, answer));
    };
  };
}

function isEqual(asked: Asked, request: HttpRequest): boolean {
  return asked.body === request.body && areSame(asked.headers, request.headers);
}

/** Rows share their list of headers unless it is templated: those are the same at a glance. */
function areSame(one: HeaderList | undefined, other: HeaderList): boolean {
  if (one === other) return true;
  return (
    one !== undefined &&
    one.length === other.length &&
    one.every((field, index) => field === other[index])
  );
}

function revive(url: string, { status, contentType, bytes }: StoredAnswer): HttpResponse {
  return new HttpResponse({
    url,
    status,
    headers: contentType === undefined ? {} : { "content-type": contentType },
    body: bytes,
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
