import { closeSync, openSync, readSync } from "node:fs";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";

import type { HttpResponse } from "../core/response.ts";
import type { PackFile } from "./pack-file.ts";

/** A body in memory or in a file. */
export type Body = HttpResponse["body"];

/** Bodies are packed in pieces, so that one of any size takes little memory. */
const CHUNK_BYTES = 4_194_304;
/** Before each piece: its bytes, and its bytes as packed; equal where packing does not make it smaller. */
const HEAD_BYTES = 8;
/** Smaller pieces stay as they are: setting zstd up takes 40 µs, and there is little to gain. */
const WORTH_PACKING_BYTES = 256;
const LEVEL_3 = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };
const HASH_BYTES = 16;

/** Names a body by its content, piece by piece. */
export interface BodyHash {
  update(chunk: Uint8Array): void;
  /** The first 16 bytes of the SHA-256 of all pieces together. */
  end(): Uint8Array;
}

/** Begins the hash of a body. */
export function createBodyHash(): BodyHash {
  // Only runs that keep bodies need this module in the journal's thread.
  const hash = process.getBuiltinModule("node:crypto").createHash("sha256");
  return {
    update: (chunk) => hash.update(chunk),
    end: () => new Uint8Array(hash.digest().subarray(0, HASH_BYTES)),
  };
}

/**
 * The pieces of a body, one at a time; each is only lent until the next.
 * @throws the file system's error.
 */
export function* chunksOf(body: Body): Generator<Uint8Array> {
  if (body instanceof Uint8Array) {
    for (let start = 0; start < body.byteLength; start += CHUNK_BYTES) {
      yield body.subarray(start, start + CHUNK_BYTES);
    }
    return;
  }
  const file = openSync(body.path, "r");
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const bytes = readSync(file, chunk, 0, CHUNK_BYTES, null);
      if (bytes === 0) return;
      yield chunk.subarray(0, bytes);
    }
  } finally {
    closeSync(file);
  }
}

/** A piece as it stands in the pack: zstd (RFC 8878), or as it is where that is not smaller. */
export function packedChunk(chunk: Uint8Array): Buffer {
  const tight = chunk.byteLength < WORTH_PACKING_BYTES ? chunk : zstdCompressSync(chunk, LEVEL_3);
  const content = tight.byteLength < chunk.byteLength ? tight : chunk;
  const packed = Buffer.allocUnsafe(HEAD_BYTES + content.byteLength);
  packed.writeUInt32LE(chunk.byteLength, 0);
  packed.writeUInt32LE(content.byteLength, 4);
  packed.set(content, HEAD_BYTES);
  return packed;
}

/**
 * The pieces that stand in a pack from one place to another.
 * @throws RangeError where they are cut off or their lengths cannot be; zlib's error where they are no zstd.
 */
export function* unpackedChunks(file: PackFile, start: number, end: number): Generator<Uint8Array> {
  for (let place = start; place < end;) {
    const head = file.read(place, HEAD_BYTES);
    const bytes = head.byteLength < HEAD_BYTES ? 0 : head.readUInt32LE(0);
    const packedBytes = bytes === 0 ? 0 : head.readUInt32LE(4);
    place += HEAD_BYTES + packedBytes;
    if (bytes === 0 || bytes > CHUNK_BYTES || packedBytes > bytes || place > end) {
      throw new RangeError("the lengths of its pieces are not right");
    }
    const content = file.read(place - packedBytes, packedBytes);
    if (content.byteLength < packedBytes) throw new RangeError("the file ends before it does");
    yield packedBytes === bytes
      ? content
      : zstdDecompressSync(content, { maxOutputLength: CHUNK_BYTES });
  }
}
