import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";

import type { ByteChunks } from "./text-chunks.ts";

/**
 * The bytes of a stream, unpacked where they begin as gzip does, whatever they are called. What cannot be
 * unpacked throws zlib's error; whoever stops reading stops the source.
 */
export async function* gunzipChunks(chunks: ByteChunks): AsyncGenerator<Uint8Array> {
  const source = begun(chunks);
  const { value: start } = await source.next();
  if (start === undefined) return;
  async function* whole(): AsyncGenerator<Uint8Array> {
    try {
      yield start!;
      yield* source;
    } finally {
      // Stopped before its second chunk, the source would not hear of it.
      await source.return(undefined);
    }
  }
  if (start[0] !== 0x1f || start[1] !== 0x8b) return yield* whole();
  const gunzip = createGunzip();
  // An error of either comes out of the loop below; the callback only says that someone listens.
  pipeline(Readable.from(whole()), gunzip, () => {});
  yield* gunzip as AsyncIterable<Uint8Array>;
}

/** The same bytes, at least two of them in the first chunk where there are so many. */
async function* begun(chunks: ByteChunks): AsyncGenerator<Uint8Array> {
  let start: Uint8Array = new Uint8Array(0);
  let isBegun = false;
  for await (const chunk of chunks) {
    if (isBegun) {
      yield chunk;
      continue;
    }
    start = start.length === 0 ? chunk : Buffer.concat([start, chunk]);
    if (start.length < 2) continue;
    isBegun = true;
    yield start;
  }
  if (!isBegun && start.length > 0) yield start;
}
