import { hash } from "node:crypto";

import { stringifyJson } from "../formats/json.ts";

/** Which items of a list were already there, in memory that does not grow beyond its bound. */
export interface SeenItems {
  /** The items that are new, and how many are not. */
  take(items: readonly unknown[]): {
    readonly fresh: readonly unknown[];
    readonly repeated: number;
  };
  /** Distinct items so far. */
  readonly count: number;
  /** What is remembered, to go on with: base64 of 64-bit floats. */
  save(): string;
}

/** Items remembered in each of two generations: some 80 MB at the very most. */
const MOST_REMEMBERED = 1_000_000;

/**
 * Tells items that come again: by what `keyOf` gives, or by all of an item where it gives nothing.
 * Remembers 53 bits of each; beyond two million the oldest are forgotten.
 */
export function createSeenItems(keyOf: (item: unknown) => unknown, saved = ""): SeenItems {
  let young = new Set(readSaved(saved));
  let old = new Set<number>();
  let count = young.size;

  return {
    get count() {
      return count;
    },
    take(items) {
      const fresh = items.filter((item) => {
        const key = digestOf(keyOf(item) ?? item);
        if (young.has(key) || old.has(key)) return false;
        young.add(key);
        count += 1;
        if (young.size >= MOST_REMEMBERED) {
          old = young;
          young = new Set();
        }
        return true;
      });
      return { fresh, repeated: items.length - fresh.length };
    },
    save: () => Buffer.from(new Float64Array([...old, ...young]).buffer).toString("base64"),
  };
}

function readSaved(saved: string): Float64Array {
  const bytes = Buffer.from(saved, "base64");
  return new Float64Array(new Uint8Array(bytes).buffer, 0, bytes.byteLength >> 3);
}

function digestOf(key: unknown): number {
  const bytes = hash("sha1", stringifyJson(key), "buffer");
  return bytes.readUIntBE(0, 6) * 32 + (bytes[6]! & 31);
}
