import type { IncomingMessage } from "node:http";

import { hashOf } from "./random.ts";

/** How much of a body is remembered, and tells questions apart. */
export const SEEN_BODY_BYTES = 64 * 1024;

/** What a request asks, in one text: the same for the same method, host, target and (beginning of the) body. */
export function questionOf(
  asked: Pick<SeenRequest, "method" | "host" | "target" | "body">,
): string {
  const { method, host, target, body } = asked;
  const sent = body === "" ? "" : ` ${body.length}-${hashOf(body)}`;
  return `${method} ${host}${target}${sent}`;
}

/** Header fields as they arrived: shared by all requests that sent the same, read when asked for. */
class ArrivedHeaders {
  readonly raw: readonly string[];
  #parsed: Readonly<Record<string, string>> | undefined;

  constructor(raw: readonly string[]) {
    this.raw = raw;
  }

  get parsed(): Readonly<Record<string, string>> {
    this.#parsed ??= parse(this.raw);
    return this.#parsed;
  }

  isSameAs(raw: readonly string[]): boolean {
    if (raw.length !== this.raw.length) return false;
    for (let index = 0; index < raw.length; index += 1) {
      if (raw[index] !== this.raw[index]) return false;
    }
    return true;
  }
}

/** One request as the server saw it. Times are those of the rehearsal's clock, in milliseconds. */
export class SeenRequest {
  readonly method: string;
  /** Path and query as in the request line. */
  readonly target: string;
  readonly atMs: number;
  /** When the last byte of the answer was given to the socket, or the connection ended. */
  endedMs: number | undefined = undefined;
  /** The body as text, its first 64 KiB; empty where there was none. */
  body = "";
  /** The status of an answer that was given whole; undefined before, and of one that was not. */
  status: number | undefined = undefined;
  /** Until when its refusal told this host's clients to stay away (Retry-After). */
  heldUntilMs: number | undefined = undefined;
  /** Whether it is one that the server never answers well, however often it is asked. */
  poisoned = false;
  /** Whether it met a fault, and might be answered the next time. */
  flawed = false;
  /** Whether its refusal was played and not earned. */
  staged = false;
  readonly #headers: ArrivedHeaders;

  constructor(request: IncomingMessage, headers: ArrivedHeaders, atMs: number) {
    this.method = request.method ?? "GET";
    this.target = request.url ?? "/";
    this.atMs = atMs;
    this.#headers = headers;
  }

  get path(): string {
    const mark = this.target.indexOf("?");
    return mark === -1 ? this.target : this.target.slice(0, mark);
  }

  get query(): URLSearchParams {
    const mark = this.target.indexOf("?");
    return new URLSearchParams(mark === -1 ? "" : this.target.slice(mark + 1));
  }

  /** Whom it was meant for: the Host field, in lower case. */
  get host(): string {
    return (this.headers["host"] ?? "").toLowerCase();
  }

  /** Whether it was refused for coming too often or too soon. */
  get isRefused(): boolean {
    return this.status === 429 || this.status === 503;
  }

  /** What it asks, the same for the same method, host, target and body. */
  get question(): string {
    return questionOf(this);
  }

  /** What chance goes by: the question without its port, which is another one in each rehearsal. */
  get lot(): string {
    const { method, host, target, body } = this;
    return questionOf({ method, host: host.replace(/:\d+$/, ""), target, body });
  }

  /** Fields by lower-case name, without a prototype; repeats joined by ", ". */
  get headers(): Readonly<Record<string, string>> {
    return this.#headers.parsed;
  }

  /** Fields in the client's order and spelling, name and value in turn. */
  get rawHeaders(): readonly string[] {
    return this.#headers.raw;
  }
}

/** Makes what was seen of requests; those of one client share one list of headers in memory. */
export function createSighting(): (request: IncomingMessage, atMs: number) => SeenRequest {
  let last = new ArrivedHeaders([]);
  return (request, atMs) => {
    if (!last.isSameAs(request.rawHeaders)) last = new ArrivedHeaders(request.rawHeaders);
    return new SeenRequest(request, last, atMs);
  };
}

function parse(raw: readonly string[]): Readonly<Record<string, string>> {
  const parsed: Record<string, string> = Object.create(null) as Record<string, string>;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index]!.toLowerCase();
    const before = parsed[name];
    parsed[name] = before === undefined ? raw[index + 1]! : `${before}, ${raw[index + 1]!}`;
  }
  return parsed;
}
