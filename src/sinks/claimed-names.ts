import { hash } from "node:crypto";

import { collisionKey, safeRelativePath, taggedName } from "../protocol/file-name.ts";
import { createHashTable } from "./hash-table.ts";

/** Who has which path. */
export interface ClaimedNames {
  /**
   * The safe relative path for what `key` names, nobody else's even where case or Unicode form do not
   * count: the wanted one for the first to ask, `name~a1b2c3.json` with a tag of the key for others.
   * A folder of a path whose name is another's file gets a tag as well, and a file one whose name is a folder
   * of others. The same key and path get the same answer again. Whoever claims in the order of its input
   * gets the same names on every run.
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

/** Owns the places of folders; hashes of keys are positive. */
const FOLDER = -1;

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
  /** A folder where no file has its name, below one where none has. */
  const folderAt = (above: string, name: string): string => {
    for (let [round, path] = [0, above + name]; ; round += 1) {
      const place = shortHash(collisionKey(path));
      const holder = owners.get(place);
      if (holder === 0) owners.set(place, FOLDER);
      if (holder === 0 || holder === FOLDER) return `${path}/`;
      // Of the folder's own name: all that belong into it find it.
      path = above + taggedName(name, `${above}${name}/${round}`);
    }
  };
  let latest = { wanted: "", folder: "" };
  /** Most paths are in the folder of the one before. */
  const folderOf = (wanted: string): string => {
    if (wanted === latest.wanted) return latest.folder;
    const folder = wanted.split("/").slice(0, -1).reduce(folderAt, "");
    latest = { wanted, folder };
    return folder;
  };
  return {
    written: (path) => written.set(shortHash(path), 1),
    isWritten: (path) => written.get(shortHash(path)) !== 0,
    claim(wanted, key, options = {}) {
      const safe = safeRelativePath(wanted);
      const owner = shortHash(`${safe}\n${key}`);
      const slash = safe.lastIndexOf("/") + 1;
      const folder = folderOf(safe.slice(0, slash));
      const name = safe.slice(slash);
      if (take(folder + name, owner, options)) return folder + name;
      // The tag alone may be taken too, by chance or by a row that spells it: then a tag of more.
      for (let round = 0; ; round += 1) {
        const source = round === 0 ? key : `${key}\n${round}`;
        const path = folder + taggedName(name, source);
        if (take(path, owner, options)) return path;
      }
    },
  };
}

/** 52 bits of SHA-256 as a number above 0: two of a million paths meet by chance once in 9,000 runs, and then one is tagged. */
function shortHash(text: string): number {
  return Number.parseInt(hash("sha256", text, "hex").slice(0, 13), 16) || 1;
}
