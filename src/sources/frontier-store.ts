/** Where a frontier's lines are kept: bytes that only grow. */
export interface FrontierStore {
  /** Bytes that are there when it is opened; whole lines. */
  readonly size: number;
  /** Resolves once the bytes can be read. Calls may overlap; their order is kept. */
  append(bytes: Uint8Array): Promise<void>;
  /** Bytes from `start` up to `end`, which are there. They are read in order, and once. */
  read(start: number, end: number): Promise<Buffer>;
}

/** A store that forgets what was read, for a crawl that leaves nothing behind. */
export function createMemoryStore(): FrontierStore {
  const chunks: Uint8Array[] = [];
  return {
    size: 0,
    async append(bytes) {
      chunks.push(bytes);
    },
    async read(start, end) {
      const taken: Uint8Array[] = [];
      for (let left = end - start; left > 0;) {
        const first = chunks[0]!;
        const piece = first.subarray(0, left);
        taken.push(piece);
        left -= piece.byteLength;
        if (piece.byteLength === first.byteLength) chunks.shift();
        else chunks[0] = first.subarray(piece.byteLength);
      }
      return Buffer.concat(taken);
    },
  };
}
