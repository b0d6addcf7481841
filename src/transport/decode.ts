import * as zlib from "node:zlib";
import type { Transform } from "node:stream";
import { promisify } from "node:util";

/** Content codings that are understood (RFC 9110 §8.4, RFC 7932, RFC 8878). */
export type Coding = "gzip" | "deflate" | "br" | "zstd";

/** What is sent in Accept-Encoding. */
export const ACCEPT_ENCODING = "gzip, deflate, br, zstd";

const NO_CODINGS: readonly Coding[] = [];

/** More than this many codings on one body is an attack, not a format. */
const MOST_CODINGS = 3;
/** Decoded bytes are free of suspicion up to here; beyond, at most `MOST_RATIO` times the encoded. */
const UNSUSPICIOUS_BYTES = 1024 * 1024;
const MOST_RATIO = 200;
/** Decoding up to this many encoded bytes at once is cheaper than a trip to the thread pool. */
const INLINE_BYTES = 64 * 1024;

/** Why a body could not be decoded: it is cut, damaged, unknown, or grows past its cap. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
  readonly reason: "truncated" | "damaged" | "unsupported" | "too-large";

  constructor(reason: DecodeError["reason"], message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}

/**
 * The codings of a Content-Encoding field in the order they were applied; empty for identity.
 * @throws DecodeError for an unknown coding or more than three.
 */
export function parseCodings(field: string | undefined): readonly Coding[] {
  if (field === undefined || field === "") return NO_CODINGS;
  const codings: Coding[] = [];
  for (const part of field.split(",")) {
    const name = part.trim().toLowerCase();
    if (name === "" || name === "identity") continue;
    if (name === "gzip" || name === "x-gzip") codings.push("gzip");
    else if (name === "deflate" || name === "br" || name === "zstd") codings.push(name);
    else
      throw new DecodeError("unsupported", `the content coding ${name.slice(0, 40)} is not known`);
    if (codings.length > MOST_CODINGS) {
      throw new DecodeError("unsupported", `more than ${MOST_CODINGS} content codings on one body`);
    }
  }
  return codings;
}

/** How many decoded bytes a body of `encodedBytes` may grow to, at most `capBytes`. */
export function decodedCap(encodedBytes: number, capBytes: number): number {
  return Math.min(capBytes, Math.max(UNSUSPICIOUS_BYTES, encodedBytes * MOST_RATIO));
}

const LATER = {
  gzip: promisify<Uint8Array, zlib.ZlibOptions, Buffer>(zlib.gunzip),
  deflate: promisify<Uint8Array, zlib.ZlibOptions, Buffer>(zlib.inflate),
  br: promisify<Uint8Array, zlib.BrotliOptions, Buffer>(zlib.brotliDecompress),
  zstd: promisify<Uint8Array, zlib.ZstdOptions, Buffer>(zlib.zstdDecompress),
};

const AT_ONCE = {
  gzip: zlib.gunzipSync,
  deflate: zlib.inflateSync,
  br: zlib.brotliDecompressSync,
  zstd: zlib.zstdDecompressSync,
};

/**
 * Undoes the codings of a whole body. Small ones synchronously, others in the thread pool.
 * @throws DecodeError
 */
export function decode(
  body: Uint8Array,
  codings: readonly Coding[],
  capBytes: number,
): Uint8Array | Promise<Uint8Array> {
  if (codings.length === 0 || body.byteLength === 0) return body;
  return body.byteLength <= INLINE_BYTES
    ? decodeInline(body, codings, capBytes)
    : decodeLater(body, codings, capBytes);
}

function decodeInline(body: Uint8Array, codings: readonly Coding[], capBytes: number): Uint8Array {
  let bytes = body;
  for (const coding of codings.toReversed()) {
    const options = { maxOutputLength: decodedCap(bytes.byteLength, capBytes) };
    try {
      bytes = AT_ONCE[coding](bytes, options);
    } catch (error) {
      if (!isRawDeflate(coding, error)) throw decodeError(error, coding);
      bytes = zlib.inflateRawSync(bytes, options);
    }
  }
  return bytes;
}

async function decodeLater(
  body: Uint8Array,
  codings: readonly Coding[],
  capBytes: number,
): Promise<Uint8Array> {
  let bytes = body;
  for (const coding of codings.toReversed()) {
    const options = { maxOutputLength: decodedCap(bytes.byteLength, capBytes) };
    try {
      bytes = await LATER[coding](bytes, options);
    } catch (error) {
      if (!isRawDeflate(coding, error)) throw decodeError(error, coding);
      bytes = await promisify<Uint8Array, zlib.ZlibOptions, Buffer>(zlib.inflateRaw)(
        bytes,
        options,
      );
    }
  }
  return bytes;
}

/** Some servers send deflate without its zlib wrapper (RFC 9110 §8.4.1.2, note). */
function isRawDeflate(coding: Coding, error: unknown): boolean {
  return coding === "deflate" && /incorrect header check/.test(String(error));
}

/** The streams that undo the codings of a large body, innermost last. */
export function decoders(codings: readonly Coding[]): Transform[] {
  return codings.toReversed().map((coding) => {
    if (coding === "gzip") return zlib.createGunzip();
    if (coding === "deflate") return zlib.createInflate();
    return coding === "br" ? zlib.createBrotliDecompress() : zlib.createZstdDecompress();
  });
}

/** A decoder's own error as ours. */
export function decodeError(error: unknown, coding: string): DecodeError {
  if (error instanceof DecodeError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (code === "ERR_BUFFER_TOO_LARGE") {
    return new DecodeError("too-large", `the ${coding} body grows past its cap`, error);
  }
  // Every decoder of Node says Z_BUF_ERROR for an input that ended before its stream did.
  const cut = code === "Z_BUF_ERROR";
  return cut
    ? new DecodeError("truncated", `the ${coding} body ends early`, error)
    : new DecodeError("damaged", `the ${coding} body is damaged`, error);
}
