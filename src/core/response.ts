import { readFile } from "node:fs/promises";

import type { HeaderList, ResponseHeaders } from "./headers.ts";
import { responseHeader } from "./headers.ts";
import type { HttpRequest } from "./request.ts";
import type { WireTiming } from "./timing.ts";

/** A body too large for memory: whole, decoded, in a file that its taker renames or removes, unless it is lent. */
export interface BodyFile {
  readonly path: string;
  readonly bytes: number;
  /** CRC-32 of its bytes (`zlib.crc32`), where it was counted as they came. */
  readonly checksum?: number | undefined;
  /** SHA-256 of its bytes in hex, where that was asked for. */
  readonly sha256?: string | undefined;
  /** `lent`: the file is an earlier run's and stays where it is. @default the taker's own */
  readonly owner?: "lent" | undefined;
}

/** A redirect that was followed: what was asked, and the answer that led on. */
export interface Hop {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
}

/** The parts of a response, as the transport gives them. */
export interface ResponseParts {
  /** The URL that answered: the request's own, or the last redirect's. */
  readonly url: string;
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** Header fields as sent, names in the server's spelling, for those who need repeats. */
  readonly rawHeaders?: HeaderList;
  readonly body: Uint8Array | BodyFile;
  /** Bytes of the body on the wire, before decoding. */
  readonly wireBytes: number;
  readonly timing: WireTiming;
  readonly protocol: "http/1.1" | "h2";
  /** The IP address that the connection led to; undefined behind a proxy. */
  readonly remoteAddress?: string | undefined;
  /** URLs that redirected, in order, without the final one. */
  readonly redirects?: readonly string[];
  /** The same redirects with their answers. */
  readonly hops?: readonly Hop[];
  /** What was asked in the end, where a redirect led to it. */
  readonly request?: HttpRequest | undefined;
}

const NONE: readonly string[] = Object.freeze([]);
const NO_HOPS: readonly Hop[] = Object.freeze([]);
const UTF8 = new TextDecoder("utf-8");

/** What came back, whole: the body has arrived and is decoded before anyone sees this. */
export class HttpResponse {
  readonly url: string;
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** The decoded body: bytes, or a file when it was large and is to be saved. */
  readonly body: Uint8Array | BodyFile;
  readonly wireBytes: number;
  readonly timing: WireTiming;
  readonly protocol: "http/1.1" | "h2";
  /** The IP address that the connection led to; undefined behind a proxy. */
  readonly remoteAddress: string | undefined;
  readonly redirects: readonly string[];
  /** The redirects with their answers, in order. */
  readonly hops: readonly Hop[];
  /** What it answers, where a redirect led to that. */
  readonly request: HttpRequest | undefined;

  constructor(parts: ResponseParts) {
    this.url = parts.url;
    this.status = parts.status;
    this.headers = parts.headers;
    this.body = parts.body;
    this.wireBytes = parts.wireBytes;
    this.timing = parts.timing;
    this.protocol = parts.protocol;
    this.remoteAddress = parts.remoteAddress;
    this.redirects = parts.redirects ?? NONE;
    this.hops = parts.hops ?? NO_HOPS;
    this.request = parts.request;
  }

  /** Whether the status is 2xx. */
  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  /** Length of the decoded body in bytes. */
  get bytes(): number {
    return this.body instanceof Uint8Array ? this.body.byteLength : this.body.bytes;
  }

  /** The value of a header field by any case, repeats joined by ", ". */
  header(name: string): string | undefined {
    return responseHeader(this.headers, name.toLowerCase());
  }

  /**
   * The body as text, UTF-8 with malformed bytes replaced and a byte order mark removed.
   * @throws TypeError where the body went to a file.
   */
  text(): string {
    if (!(this.body instanceof Uint8Array)) {
      throw new TypeError("this body is in a file; read response.body.path");
    }
    return UTF8.decode(this.body);
  }

  /**
   * The body parsed as JSON. Integers beyond 2^53 lose digits here; the selectors of the CLI keep them.
   * @throws SyntaxError for a body that is not JSON.
   */
  json<T = unknown>(): T {
    return JSON.parse(this.text()) as T;
  }

  /** The bytes, wherever they are. */
  async bytesOf(): Promise<Uint8Array> {
    return this.body instanceof Uint8Array ? this.body : await readFile(this.body.path);
  }
}
