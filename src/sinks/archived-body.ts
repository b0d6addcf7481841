import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream";
import { createGzip } from "node:zlib";

import type { BodyFile } from "../core/response.ts";
import {
  WARC_END,
  type WarcCompression,
  warcDigestOf,
  type WarcField,
  warcHead,
  warcRecord,
} from "../formats/warc-record.ts";
import { outputError } from "./output-error.ts";

/** The block of a record: a head, and a body in memory or in a file. */
export interface Block {
  readonly head: Uint8Array;
  readonly body: Uint8Array | Pick<BodyFile, "path" | "bytes">;
}

/** What a record says of its block. */
export interface BlockDigests {
  readonly payload: string;
  readonly block: string;
}

/** Bodies above this are compressed beside other work, and in pieces. */
const LARGE_BYTES = 256 * 1024;

/** The digests of a body and of its whole block, read once. @throws DiskError for a file that cannot be read */
export async function digestBlock(block: Block): Promise<BlockDigests> {
  const hashes: Hash[] = [createHash("sha1"), createHash("sha1").update(block.head)];
  for await (const piece of bodyPieces(block)) for (const hash of hashes) hash.update(piece);
  const [payload, whole] = hashes.map((hash) => warcDigestOf(hash.digest()));
  return { payload: payload!, block: whole! };
}

/**
 * A record in pieces that together are whole; small ones are one piece.
 * @throws DiskError for a file that cannot be read, or is not as long as it was
 */
export async function* recordPieces(
  fields: readonly WarcField[],
  block: Block,
  compression: WarcCompression,
): AsyncGenerator<Uint8Array> {
  const { head, body } = block;
  if (body instanceof Uint8Array && body.byteLength <= LARGE_BYTES) {
    yield warcRecord(fields, Buffer.concat([head, body]), compression);
    return;
  }
  const bytes = body instanceof Uint8Array ? body.byteLength : body.bytes;
  async function* plain(): AsyncGenerator<Uint8Array> {
    yield warcHead(fields, head.byteLength + bytes);
    yield head;
    yield* bodyPieces(block);
    yield WARC_END;
  }
  if (compression === "none") yield* plain();
  else {
    // What breaks the source breaks whoever reads the compressed bytes.
    const compressed = pipeline(Readable.from(plain()), createGzip(), () => {});
    for await (const piece of compressed) yield piece as Uint8Array;
  }
}

async function* bodyPieces({ body }: Block): AsyncGenerator<Uint8Array> {
  if (body instanceof Uint8Array) {
    yield body;
    return;
  }
  let read = 0;
  try {
    for await (const piece of createReadStream(body.path)) {
      read += (piece as Buffer).byteLength;
      yield piece as Buffer;
    }
    if (read !== body.bytes) throw new Error(`${read} bytes in place of ${body.bytes}`);
  } catch (error) {
    throw outputError(body.path, error);
  }
}
