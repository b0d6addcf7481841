import { randomInt } from "node:crypto";

import type { Call } from "../core/call.ts";
import { Failure } from "../core/failure.ts";
import { responseHeader } from "../core/headers.ts";
import type { HeaderList } from "../core/headers.ts";
import type { HttpRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import type { Middleware } from "../core/send.ts";
import { AnswerStore, type StoredAnswer } from "./answer-store.ts";
import { isForArchive, recall, revive, type Archive } from "./archive.ts";
import { QuestionHash, type HashSeed } from "./question-hash.ts";

/** How much is remembered; the oldest is forgotten first and would be asked again. */
export interface OnceOptions {
  /** @default 44000 */
  readonly mostAnswers?: number;
  /** Bodies, all together. @default 16777216 */
  readonly mostBytes?: number;
  /** Where answers are kept and looked for beyond this memory. @default nowhere */
  readonly archive?: Archive;
  /** Of the hashes of questions; with an archive, the one that it was begun with. @default random */
  readonly seed?: HashSeed;
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
 * bounded: a question repeated after very many others is asked again, unless an archive has its answer.
 * @throws TypeError for an archive without its seed, in which nothing would ever be found.
 */
export function once({
  mostAnswers = 44_000,
  mostBytes = 16_777_216,
  archive,
  seed,
}: OnceOptions = {}): Middleware {
  if (archive !== undefined && seed === undefined) {
    throw new TypeError("an archive needs the seed that it was begun with");
  }
  return (next) => {
    const hash = new QuestionHash(seed ?? [randomInt(2 ** 32), randomInt(2 ** 32)]);
    // Two generations: the older one is forgotten whole and its memory becomes the younger one's.
    let young = new AnswerStore<Asked>();
    let old = new AnswerStore<Asked>();
    /** The headers of the first question: those that share them are packed. */
    let common: HeaderList | undefined;
    /** Whether the archive may have what memory has not. */
    let hasForgotten = archive?.began !== "empty";

    function remember(question: string, low: number, asked: Asked): void {
      if (young.size >= mostAnswers / 2 || young.bytes >= mostBytes / 2) {
        // One still under way is always kept: others may be waiting for it.
        const underWay = [...old.objects()].filter(({ object }) => object.pending !== undefined);
        if (old.size > 0) hasForgotten = true;
        old.clear();
        [old, young] = [young, old];
        for (const one of underWay) put(one.question, one.hash, one.object);
      }
      put(question, low, asked);
    }

    function put(question: string, low: number, asked: Asked): void {
      asked.store = young;
      asked.entry = young.add(question, low, asked);
    }

    /** Keeps a response in memory; gives what was packed of it. */
    function keep(asked: Asked, response: HttpResponse): StoredAnswer | undefined {
      asked.pending = undefined;
      const { body, status } = response;
      // A body in a file belongs to whoever saves it first; the next one needs its own.
      if (!(body instanceof Uint8Array) || body.byteLength > mostBytes / 16) {
        asked.store.forget(asked.entry);
        return undefined;
      }
      const contentType = responseHeader(response.headers, "content-type");
      const answer = { status, contentType, bytes: body };
      if (
        isPlain(asked) &&
        response.redirects.length === 0 &&
        asked.store.pack(asked.entry, answer)
      ) {
        return answer;
      }
      asked.response = response;
      asked.store.weigh(body.byteLength + OBJECT_BYTES);
      return undefined;
    }

    /** Whether its URL and method say all about a question. */
    function isPlain({ headers, body }: Pick<HttpRequest, "headers" | "body">): boolean {
      return body === undefined && areSame(common, headers);
    }

    /** Gives what is known, or waits for it with those who asked before. */
    async function share(asked: Asked, request: HttpRequest, call: Call): Promise<HttpResponse> {
      call.duplicate = true;
      if (asked.failure !== undefined) throw asked.failure;
      if (asked.response !== undefined) return asked.response;
      // Undefined while the first is on its way down: a host that is given up there lets others go on at once.
      const response = await asked.pending;
      if (response?.body instanceof Uint8Array) return response;
      call.duplicate = false;
      return next(request, call);
    }

    function ask(request: HttpRequest, call: Call, question: string): Promise<HttpResponse> {
      const { high, low } = hash;
      const { headers, body } = request;
      const asked: Asked = {
        headers,
        body,
        pending: undefined,
        failure: undefined,
        response: undefined,
        store: young,
        entry: 0,
      };
      remember(question, low, asked);
      const answer =
        archive !== undefined && hasForgotten && isPlain(request) && archive.mayHave(high, low)
          ? recall(archive, { question, high, low }).then((known) =>
              known === undefined ? next(request, call) : revive(request, call, known),
            )
          : next(request, call);
      asked.pending = answer.then(
        (response) => {
          const kept = keep(asked, response);
          if (archive !== undefined && kept !== undefined && isForArchive(response)) {
            archive.keep(question, high, low, kept);
          }
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
      // What cannot be asked is no question: each row hears why it gives none.
      if (!SAFE.has(request.method) || request.refusal !== undefined) return next(request, call);
      const question = request.method === "GET" ? request.url : `${request.method} ${request.url}`;
      if (common === undefined) {
        common = request.headers;
        // A resumed run may begin with other headers: what it then asks is another question.
        hash.season(common.join("\n"));
      }
      hash.take(question);
      let store = young;
      let entry = store.find(question, hash.low);
      if (entry === -1) {
        store = old;
        entry = store.find(question, hash.low);
        if (entry === -1) return ask(request, call, question);
      }
      const asked = store.object(entry);
      if (asked !== undefined) {
        return isEqual(asked, request) ? share(asked, request, call) : next(request, call);
      }
      const answer = store.answer(entry);
      if (answer === undefined || !isPlain(request)) return next(request, call);
      return Promise.resolve(revive(request, call, answer));
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
