import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";

/** A file up to this size is read whole for its digest: a third of a second. */
const WHOLE_BYTES = 512 * 1024 * 1024;
/** A file up to this size costs whoever waits for it a few milliseconds. */
const SOON_BYTES = 4 * 1024 * 1024;
const PIECE_BYTES = 1024 * 1024;
/** Pieces that stand for a larger file. */
const SAMPLES = 256;

/**
 * The digest by which an input is known again: SHA-256 of the whole file; of one above 512 MiB, where
 * that would keep the first request waiting, of its size, its time of change and 256 pieces of 1 MiB
 * spread evenly, the first and the last among them. Synchronous, for the journal's thread.
 * @throws the system's error for a file that cannot be read.
 */
export function inputDigest(path: string): string {
  const file = openSync(path, "r");
  try {
    const { size, mtimeMs } = fstatSync(file);
    // The journal's thread does without this module for most runs: a tenth of its start.
    const sum = process.getBuiltinModule("node:crypto").createHash("sha256");
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    const add = (position: number): number => {
      const read = readSync(file, piece, 0, PIECE_BYTES, position);
      sum.update(piece.subarray(0, read));
      return read;
    };
    if (size <= WHOLE_BYTES) {
      for (let at = 0; ;) {
        const read = add(at);
        if (read === 0) return `sha256:${sum.digest("hex")}`;
        at += read;
      }
    }
    sum.update(`${size} ${mtimeMs}\n`);
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      add(Math.floor(((size - PIECE_BYTES) * sample) / (SAMPLES - 1)));
    }
    return `sampled:${sum.digest("hex")}`;
  } finally {
    closeSync(file);
  }
}

/** The digest of a small file; undefined for a large one, or where it cannot be read. */
export function smallInputDigest(path: string): string | undefined {
  try {
    return statSync(path).size <= SOON_BYTES ? inputDigest(path) : undefined;
  } catch {
    return undefined;
  }
}
