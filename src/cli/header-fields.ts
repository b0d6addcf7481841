import { UsageError } from "../core/usage-error.ts";
import type { HeaderList } from "../core/headers.ts";
import { visible } from "../formats/visible.ts";
import type { CurlRequest } from "./curl-file.ts";
import { textOf } from "./read-text.ts";
import { checkHeader } from "../protocol/header-rules.ts";
import type { ReadText } from "./settings.ts";

/** Header fields under construction: setting a name replaces it, adding repeats it. */
export interface Fields {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
  add(name: string, value: string): void;
  remove(name: string): void;
  drop(name: string): void;
  removed(): readonly string[];
  list(): HeaderList;
}

/** The fields of a copied request, for a start; what is typed replaces them, whole fields at a time. */
export function createFields(curl: CurlRequest | undefined): Fields {
  let list: [name: string, value: string][] = [];
  const removed = new Set(curl?.removedHeaders);
  const headers = curl?.headers ?? [];
  for (let index = 0; index < headers.length; index += 2)
    list.push([headers[index]!, headers[index + 1]!]);
  const copied = new Set(list.map(([name]) => name.toLowerCase()));
  const without = (name: string): void => {
    list = list.filter(([one]) => one.toLowerCase() !== name.toLowerCase());
  };
  const fields: Fields = {
    get: (name) => list.find(([one]) => one.toLowerCase() === name)?.[1],
    set(name, value) {
      without(name);
      fields.add(name, value);
    },
    add(name, value) {
      if (copied.delete(name.toLowerCase())) without(name);
      removed.delete(name.toLowerCase());
      list.push([name, value]);
    },
    remove: without,
    drop(name) {
      without(name);
      removed.add(name.toLowerCase());
    },
    removed: () => Object.freeze([...removed]),
    list: () => Object.freeze(list.flat()),
  };
  return fields;
}

/**
 * Adds what one `-H` says: 'N: V' a field, 'N;' an empty one, 'N:' none, not even our own; @FILE reads lines.
 * @throws UsageError for what is no field, or may not be set.
 */
export async function addHeader(fields: Fields, text: string, readText: ReadText): Promise<void> {
  if (text.startsWith("@")) {
    const file = text.slice(1);
    const lines = (await textOf(await readText(file), visible(file))).split(/\r?\n/);
    for (const line of lines)
      if (line.trim() !== "") await addHeader(fields, line.replace(/^@/, " @"), readText);
    return;
  }
  const colon = text.indexOf(":");
  if (colon === -1) {
    if (!text.endsWith(";"))
      throw new UsageError(`-H takes 'Name: value', not ${JSON.stringify(text)}`);
    const name = text.slice(0, -1).trim();
    checkHeader(name, "", "-H");
    return fields.add(name, "");
  }
  const name = text.slice(0, colon).trim();
  const value = text.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, "");
  checkHeader(name, value, "-H");
  if (value === "") return fields.drop(name);
  const lower = name.toLowerCase();
  if (lower === "host" && fields.get("host") !== undefined) {
    throw new UsageError("-H Host is given twice; a request has one host");
  }
  fields.add(name, value);
}
