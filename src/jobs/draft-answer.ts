import { isMapping } from "./job-settings.ts";

/** What to take from an answer: the rows of its list, or its own fields. */
export type DraftAnswer =
  | { readonly each: string; readonly columns: readonly string[]; readonly items: number }
  | { readonly pick: Readonly<Record<string, string>> };

/** Members of an item that are drafted; more would be noise. */
const MOST_COLUMNS = 8;
/** Values that are looked at: an answer may be large. */
const MOST_LOOKED_AT = 100_000;

/**
 * Finds the list in an answer, the longest of those that are least deep, and an expression that makes
 * rows of it. Lists of lists beside a list of as many names (`headers`, `columns`, `fields`) take
 * their names from there.
 */
export function draftAnswer(answer: unknown): DraftAnswer {
  const list = findList(answer);
  if (list !== undefined) return eachOf(list);
  const fields = scalarMembers(isMapping(answer) ? answer : {});
  return { pick: Object.fromEntries(fields.map((name) => [columnName(name), quotedName(name)])) };
}

interface FoundList {
  readonly path: string;
  readonly items: readonly unknown[];
  /** Names that stand beside it. */
  readonly names: readonly string[] | undefined;
}

/** Looks level by level, so that a list near the top wins over those within its items. */
function findList(answer: unknown): FoundList | undefined {
  let level: { readonly path: string; readonly value: unknown; readonly beside: unknown }[] = [
    { path: "", value: answer, beside: undefined },
  ];
  let looked = 0;
  while (level.length > 0 && looked < MOST_LOOKED_AT) {
    const lists = level.flatMap(({ path, value, beside }): FoundList[] =>
      isTable(value) ? [{ path, items: value, names: namesBeside(beside, value) }] : [],
    );
    const [longest] = lists.toSorted((left, right) => right.items.length - left.items.length);
    if (longest !== undefined) return longest;
    const next: typeof level = [];
    for (const { path, value } of level) {
      const members: readonly (readonly [string, unknown])[] = Array.isArray(value)
        ? value.slice(0, 10).map((item: unknown, index) => [`${path}[${index}]`, item])
        : isMapping(value)
          ? Object.entries(value).map(([name, item]) => [
              path === "" ? quotedName(name) : `${path}.${quotedName(name)}`,
              item,
            ])
          : [];
      for (const [inner, item] of members) {
        looked += 1;
        if (looked > MOST_LOOKED_AT) break;
        if (typeof item === "object" && item !== null) {
          next.push({ path: inner, value: item, beside: value });
        }
      }
    }
    level = next;
  }
  return undefined;
}

/** Whether a value is a list of things of one shape; a single mapping around a longer list is none. */
function isTable(value: unknown): value is readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0) return false;
  const first: unknown = value[0];
  if (Array.isArray(first)) return true;
  if (!isMapping(first)) return false;
  const holdsTable = (inner: unknown): boolean =>
    isTable(inner) && (inner.length > 1 || Array.isArray(inner[0]));
  const isWrapper = value.length === 1 && Object.values(first).some(holdsTable);
  return !isWrapper && value.every(isMapping);
}

function namesBeside(beside: unknown, items: readonly unknown[]): readonly string[] | undefined {
  const [first] = items;
  if (!Array.isArray(first) || !isMapping(beside)) return undefined;
  for (const key of ["headers", "columns", "fields", "names"]) {
    const names = beside[key];
    if (!Array.isArray(names) || names.length !== first.length) continue;
    if (names.every((name) => typeof name === "string")) return names;
  }
  return undefined;
}

function eachOf({ path, items, names }: FoundList): DraftAnswer {
  const [first] = items;
  const parts = Array.isArray(first)
    ? first.slice(0, MOST_COLUMNS).map((_, index): [string, string] => {
        return [columnName(names?.[index] ?? `column${index + 1}`), `[${index}]`];
      })
    : scalarMembers(first as Readonly<Record<string, unknown>>).map((name): [string, string] => {
        return [columnName(name), quotedName(name)];
      });
  const unique = [...new Map(parts)];
  const columns = unique.map(([name]) => name);
  const hash = unique.map(([name, expression]) => `${quotedName(name)}: ${expression}`).join(", ");
  const each = `${path}[*]${unique.length === 0 ? "" : `.{${hash}}`}`;
  return { each, columns, items: items.length };
}

/** Names of the members that are no lists and no objects; an empty name is none. */
function scalarMembers(value: Readonly<Record<string, unknown>>): readonly string[] {
  const names = Object.entries(value).flatMap(([name, item]) =>
    (typeof item === "object" && item !== null) || name === "" ? [] : [name],
  );
  return names.slice(0, MOST_COLUMNS);
}

/** A name that a template and a column can have. */
function columnName(name: string): string {
  const plain = name.replaceAll(/[^\p{L}\p{N}_-]+/gu, "_").replace(/^(?=[^\p{L}_])/u, "_");
  return plain === "" || plain === "__proto__" ? "value" : plain;
}

/** A name as JMESPath writes it. */
function quotedName(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
}
