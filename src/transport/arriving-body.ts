import { responseHeader } from "../core/headers.ts";
import type { BodyFile } from "../core/response.ts";
import { formatSize } from "../formats/quantity.ts";
import { type Coding, decode, DecodeError, parseCodings } from "./decode.ts";
import type { PartHead } from "./part-file.ts";
import { Spool, type SpoolOptions } from "./spool.ts";

/** Where a body may go and how far it may grow. */
export interface BodyLimits {
  /** Largest body in memory as it comes. */
  readonly maxBodyBytes: number;
  /** Largest body in memory once it is decoded. */
  readonly maxDecodedBytes: number;
  /** Undefined where it is to stay in memory. */
  readonly spool: SpoolOptions | undefined;
  /** Of the answer that it belongs to. */
  readonly head: PartHead;
}

/** What is wanted of bodies. */
export interface BodyOptions {
  readonly maxBodyBytes: number;
  readonly spool: SpoolOptions | undefined;
  /** Statuses whose bodies are wanted whole. */
  readonly accept: (status: number) => boolean;
}

/** Decoded bytes kept of a refused answer: enough to read why, too few to be a bomb. */
const REFUSED_BODY_BYTES = 1024 * 1024;
const EMPTY = new Uint8Array(0);

/** A body on its way: held in memory, or in a file from a size on; decoded when it is whole. */
export class ArrivingBody {
  /** Bytes that came, still encoded. */
  bytes = 0;
  readonly #limits: BodyLimits;
  readonly #codings: readonly Coding[];
  readonly #onFailed: (error: unknown) => void;
  #only: Uint8Array | undefined;
  #chunks: Uint8Array[] | undefined;
  #spool: Spool | undefined;

  /** `onFailed` is told of a file that cannot be written or a coding that breaks on the way to it. */
  constructor(limits: BodyLimits, codings: readonly Coding[], onFailed: (error: unknown) => void) {
    this.#limits = limits;
    this.#codings = codings;
    this.#onFailed = onFailed;
  }

  /** Whether it goes to a file. */
  get isFile(): boolean {
    return this.#spool !== undefined;
  }

  /**
   * Takes a chunk. `full` asks to wait until `onceDrained`.
   * @throws DecodeError for a body that is too large for memory.
   */
  take(chunk: Uint8Array): "taken" | "full" {
    this.bytes += chunk.byteLength;
    const { spool, maxBodyBytes } = this.#limits;
    if (this.#spool === undefined && spool !== undefined && this.bytes > spool.aboveBytes) {
      this.#moveTo(spool);
    }
    if (this.#spool !== undefined) return this.#spool.write(chunk) ? "taken" : "full";
    if (this.bytes > maxBodyBytes) {
      throw new DecodeError("too-large", `the body is larger than ${formatSize(maxBodyBytes)}`);
    }
    if (this.#only === undefined) this.#only = chunk;
    else if (this.#chunks === undefined) this.#chunks = [this.#only, chunk];
    else this.#chunks.push(chunk);
    return "taken";
  }

  /** Calls back once when more may come. */
  onceDrained(callback: () => void): void {
    this.#spool?.onceDrained(callback);
  }

  /** The whole body, decoded. Throws or rejects with DecodeError, or the file system's error. */
  finish(): Uint8Array | Promise<Uint8Array | BodyFile> {
    if (this.#spool !== undefined) return this.#spool.finish();
    const body = this.#chunks === undefined ? (this.#only ?? EMPTY) : Buffer.concat(this.#chunks);
    return this.#codings.length === 0
      ? body
      : decode(body, this.#codings, this.#limits.maxDecodedBytes);
  }

  /** Removes what was written to a file. */
  discard(): void {
    void this.#spool?.discard();
  }

  #moveTo(options: SpoolOptions): void {
    this.#spool = new Spool(options, this.#codings, this.#limits.head);
    this.#spool.onceFailed(this.#onFailed);
    for (const held of this.#chunks ?? (this.#only === undefined ? [] : [this.#only])) {
      this.#spool.write(held);
    }
    this.#chunks = undefined;
    this.#only = undefined;
  }
}

/**
 * The body that a header announces. Of a refused answer it stays in memory, of a redirect encoded.
 * @throws DecodeError for a coding that is not known, where the body is wanted.
 */
export function openBody(
  head: PartHead,
  options: BodyOptions,
  onFailed: (error: unknown) => void,
): ArrivingBody {
  const { accept, maxBodyBytes, spool } = options;
  const encoding = responseHeader(head.headers, "content-encoding");
  if (accept(head.status)) {
    const limits = { maxBodyBytes, maxDecodedBytes: maxBodyBytes, spool, head };
    return new ArrivingBody(limits, parseCodings(encoding), onFailed);
  }
  const maxDecodedBytes = Math.min(maxBodyBytes, REFUSED_BODY_BYTES);
  const limits = { maxBodyBytes, maxDecodedBytes, spool: undefined, head };
  const isRedirect = head.status >= 300 && head.status < 400;
  return new ArrivingBody(limits, isRedirect ? [] : knownCodings(encoding), onFailed);
}

/** The codings of a refused answer; where one is unknown its body is kept as it came. */
function knownCodings(field: string | undefined): readonly Coding[] {
  try {
    return parseCodings(field);
  } catch {
    return [];
  }
}
