import { Readable } from "node:stream";
import { brotliCompress, constants, createGzip, gzip, zstdCompress } from "node:zlib";
import { promisify } from "node:util";

/** A body that is too large to lie in memory: its size, and its pieces one after the other. */
export interface LargeBody {
  readonly bytes: number;
  pieces(): Iterable<Buffer>;
}

export type Body = Buffer | LargeBody;

/** Content codings that the server can apply. */
export type Coding = "gzip" | "br" | "zstd";

const PIECE_BYTES = 64 * 1024;
/** Largest body held as one piece. */
const WHOLE_BYTES = 1024 * 1024;

const LINE = "The quick brown fox jumps over the lazy dog, and the dog sleeps on.\n";
const TEXT = Buffer.from(LINE.repeat(Math.ceil(WHOLE_BYTES / LINE.length) + 1), "latin1");

/** The same readable text of `bytes` bytes every time, without being copied. */
export function textOf(bytes: number): Body {
  if (bytes <= WHOLE_BYTES) return TEXT.subarray(0, bytes);
  const rounds = Math.floor(PIECE_BYTES / LINE.length) * LINE.length;
  const piece = TEXT.subarray(0, rounds);
  return { bytes, pieces: () => repeat(piece, bytes) };
}

/** How many bytes a body has. */
export function sizeOf(body: Body): number {
  return Buffer.isBuffer(body) ? body.byteLength : body.bytes;
}

/** The pieces of any body, each at most `pieceBytes` long. */
export function* piecesOf(body: Body, pieceBytes = PIECE_BYTES): Generator<Buffer> {
  const wholes = Buffer.isBuffer(body) ? [body] : body.pieces();
  for (const whole of wholes) {
    for (let at = 0; at < whole.byteLength; at += pieceBytes) {
      yield whole.subarray(at, at + pieceBytes);
    }
  }
}

/** The body in a content coding, in memory. */
export async function encode(body: Body, coding: Coding): Promise<Buffer> {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.concat([...body.pieces()]);
  if (coding === "gzip") return promisify(gzip)(bytes);
  if (coding === "zstd") return promisify(zstdCompress)(bytes);
  // The default quality of 11 takes seconds for a megabyte.
  const params = { [constants.BROTLI_PARAM_QUALITY]: 5 };
  return promisify(brotliCompress)(bytes, { params });
}

/** A gzip stream that unpacks to `bytes` zeros, about a thousandth as large; built in pieces. */
export async function gzipOfZeros(bytes: number): Promise<Buffer> {
  const zeros = Readable.from(repeat(Buffer.alloc(PIECE_BYTES), bytes));
  const packed: Buffer[] = [];
  for await (const chunk of zeros.pipe(createGzip({ level: 9 }))) packed.push(chunk as Buffer);
  return Buffer.concat(packed);
}

function* repeat(piece: Buffer, bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= piece.byteLength) yield piece.subarray(0, left);
}
