import { followPath, type PathStep } from "../formats/field-path.ts";
import { valueText } from "../formats/value-text.ts";

/** How the items of an answer find their rows. */
export type BatchPairing<R> =
  /** The first item is the first row's, and there are as many as rows. */
  | { readonly by: "order" }
  /** An item says whose it is. */
  | { readonly by: "key"; readonly item: readonly PathStep[]; readonly row: (row: R) => unknown };

/** The items of an answer, each with its row. */
export interface BatchPairs<R> {
  readonly paired: readonly { readonly row: R; readonly item: unknown }[];
  /** Rows for which the answer has nothing that is certain. */
  readonly unmatched: readonly R[];
  /** Items that are nobody's. */
  readonly surplus: number;
}

/**
 * Gives each row its item. By order, an answer of another length says nothing of any row. By key, items
 * may come in any order and be fewer; equal rows share one; a list may also be an object whose members
 * are named by the keys. A key that comes back in other case or spacing is still known where it can
 * mean one row only.
 */
export function pairBatch<R>(
  rows: readonly R[],
  list: unknown,
  pairing: BatchPairing<R>,
): BatchPairs<R> {
  if (pairing.by === "order") return pairByOrder(rows, list);
  const items = new Map<string, unknown>();
  let given = 0;
  for (const [key, item] of keyed(list, pairing.item)) {
    given += 1;
    if (!items.has(key)) items.set(key, item);
  }
  const loose = looseKeys(items.keys());
  const used = new Set<string>();
  const paired: { row: R; item: unknown }[] = [];
  const unmatched: R[] = [];
  for (const row of rows) {
    const wanted = valueText(pairing.row(row));
    const key = items.has(wanted) ? wanted : loose.get(loosened(wanted));
    if (key === undefined) unmatched.push(row);
    else {
      used.add(key);
      paired.push({ row, item: items.get(key) });
    }
  }
  return { paired, unmatched, surplus: given - used.size };
}

function pairByOrder<R>(rows: readonly R[], list: unknown): BatchPairs<R> {
  // An API that is asked for one often answers with the one, not with a list of it.
  const isSingle = rows.length === 1 && typeof list === "object" && list !== null;
  const items = Array.isArray(list) ? (list as readonly unknown[]) : isSingle ? [list] : [];
  if (items.length !== rows.length) return { paired: [], unmatched: rows, surplus: items.length };
  return {
    paired: rows.map((row, index) => ({ row, item: items[index] })),
    unmatched: [],
    surplus: 0,
  };
}

function* keyed(list: unknown, path: readonly PathStep[]): Generator<readonly [string, unknown]> {
  if (typeof list !== "object" || list === null) return;
  if (Array.isArray(list)) {
    for (const item of list as readonly unknown[]) {
      const key = followPath(path, item);
      if (key !== null) yield [valueText(key), item];
    }
    return;
  }
  const own = followPath(path, list);
  if (own !== null && typeof own !== "object") yield [valueText(own), list];
  else yield* Object.entries(list);
}

/** Keys by what is left of them without case and outer space; those that would mean two are left out. */
function looseKeys(keys: Iterable<string>): ReadonlyMap<string, string> {
  const found = new Map<string, string | undefined>();
  for (const key of keys) {
    const loose = loosened(key);
    found.set(loose, found.has(loose) ? undefined : key);
  }
  return new Map([...found].filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function loosened(key: string): string {
  return key.normalize("NFC").trim().toLowerCase();
}
