import { createHash, hash } from "node:crypto";
import { closeSync, lstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";

import type { BodyFile } from "../core/response.ts";
import type { FileSink } from "./file-sink.ts";

/** Where a body has its place. */
export interface ShelfPlace {
  /** Below the root, claimed. */
  readonly path: string;
  /** Of its bytes, in hex. */
  readonly sha256: string;
  /** Whether an equal body is there already, or about to be. */
  readonly state: "free" | "there";
}

/** A body, and what it would be called. */
export interface Shelved {
  readonly wanted: readonly string[];
  /** Tells it from others of that name, the same way in every run. */
  readonly key: string;
  readonly body: Uint8Array | BodyFile;
}

/** Finds places for bodies whose names are known only once they have come, and for equal ones. */
export interface Shelf {
  /**
   * A place that nothing else has: never that of another row, nor of a file that somebody else put there,
   * unless its bytes are the same.
   * @throws the system's error where a file cannot be looked at
   */
  place(shelved: Shelved): ShelfPlace;
  /** Notes where an earlier process put a body. */
  remember(path: string, sha256: string): void;
}

/** How places are found. */
export interface ShelfOptions {
  readonly files: Pick<FileSink, "claim">;
  readonly root: string;
  /** What is known of names: `unchecked` ones may be those of files that are not this run's. */
  readonly names: "checked" | "unchecked";
  /** Whether a body that equals an earlier one has the place of that. */
  readonly equal: "each saved" | "saved once";
}

/** Bodies that later ones are compared with: 40 MB of memory; beyond them equal ones are saved again. */
const MOST_BODIES = 250_000;

/** A shelf on which nothing is yet. */
export function createShelf({ files, root, names, equal }: ShelfOptions): Shelf {
  const placed = new Map<string, string>();
  /** What earlier processes put where: other rows may point there. */
  const kept = new Map<string, string>();

  function note(path: string, sha256: string): void {
    if (equal === "saved once" && placed.size < MOST_BODIES && !placed.has(sha256)) {
      placed.set(sha256, path);
    }
  }

  function found({ wanted, key, body }: Shelved, sha256: string): ShelfPlace {
    let state: ShelfPlace["state"] = "free";
    const path = files.claim(wanted, key, {
      isTaken(free) {
        if ((kept.get(free) ?? sha256) !== sha256) return true;
        const full = join(root, free);
        const there = names === "checked" ? undefined : lstatSync(full, { throwIfNoEntry: false });
        if (there === undefined) return false;
        const isSame = there.isFile() && there.size === bytesOf(body) && hashFile(full) === sha256;
        if (isSame) state = "there";
        return !isSame;
      },
    });
    return { path, sha256, state };
  }

  return {
    place(shelved) {
      const sha256 = sha256Of(shelved.body);
      const earlier = placed.get(sha256);
      if (earlier !== undefined) return { path: earlier, sha256, state: "there" };
      const place = found(shelved, sha256);
      note(place.path, sha256);
      return place;
    },
    remember(path, sha256) {
      files.claim(path, sha256);
      kept.set(path, sha256);
      note(path, sha256);
    },
  };
}

function bytesOf(body: Uint8Array | BodyFile): number {
  return body instanceof Uint8Array ? body.byteLength : body.bytes;
}

function sha256Of(body: Uint8Array | BodyFile): string {
  if (body instanceof Uint8Array) return hash("sha256", body, "hex");
  return body.sha256 ?? hashFile(body.path);
}

const CHUNK_BYTES = 1024 * 1024;

/** Read at once and in pieces: whoever asks has to know it before the outcome is noted. */
function hashFile(path: string): string {
  const sum = createHash("sha256");
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  const descriptor = openSync(path, "r");
  try {
    for (;;) {
      const read = readSync(descriptor, chunk, 0, CHUNK_BYTES, null);
      if (read === 0) return sum.digest("hex");
      sum.update(chunk.subarray(0, read));
    }
  } finally {
    closeSync(descriptor);
  }
}
