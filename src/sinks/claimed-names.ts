import { hash } from "node:crypto";

import { collisionKey, safeRelativePath, taggedName } from "../protocol/file-name.ts";
import { createHashTable } from "./hash-table.ts";

/** Who has which path. */
export interface ClaimedNames {
  /**
   * The safe relative path for what `key` names, nobody else's even where case or Unicode form do not
   * count: the wanted one for the first to ask, `name~a1b2c3.json` with a tag of the key for others.
   * The same key and path get the same answer again. Whoever claims in the order of its input gets the
   * same names on every run.
   */
  claim(wanted: string | readonly string[], key: string, options?: ClaimOptions): string;
  /** Notes that the file of a claimed path is this run's own. */
  written(path: string): void;
  isWritten(path: string): boolean;
}

/** What else decides about a path. */
export interface ClaimOptions {
  /** Whether something stands there that is not this run's; asked only of paths that nobody has claimed. */
  readonly isTaken?: ((path: string) => boolean) | undefined;
}

/** An empty register; it remembers two hashes of 52 bits per path, and one per written path: some 30 and 30 bytes. */
export function createClaimedNames(): ClaimedNames {
  const owners = createHashTable();
  const written = createHashTable();
  /** Whether the path is or becomes the owner's. */
  const take = (path: string, owner: number, { isTaken }: ClaimOptions): boolean => {
    const place = shortHash(collisionKey(path));
    const holder = owners.get(place);
    if (holder !== 0) return holder === owner;
    if (isTaken?.(path) === true) return false;
    owners.set(place, owner);
    return true;
  };
  return {
    written: (path) => written.set(shortHash(path), 1),
    isWritten: (path) => written.get(shortHash(path)) !== 0,
    claim(wanted, key, options = {}) {
      const plain = safeRelativePath(wanted);
      const owner = shortHash(`${plain}\n${key}`);
      if (take(plain, owner, options)) return plain;
      const slash = plain.lastIndexOf("/") + 1;
      // The tag alone may be taken too, by chance or by a row that spells it: then a tag of more.
      for (let round = 0; ; round += 1) {
        const source = round === 0 ? key : `${key}\n${round}`;
        const path = plain.slice(0, slash) + taggedName(plain.slice(slash), source);
        if (take(path, owner, options)) return path;
      }
    },
  };
}

/** 52 bits of SHA-256 as a number above 0: two of a million paths meet by chance once in 9,000 runs, and then one is tagged. */
function shortHash(text: string): number {
  return Number.parseInt(hash("sha256", text, "hex").slice(0, 13), 16) || 1;
}
