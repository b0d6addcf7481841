import { UsageError } from "../core/usage-error.ts";
import { didYouMean } from "./nearest.ts";
import { TEXT_FILTERS, type TextFilter } from "./text-filters.ts";
import { valueText } from "./value-text.ts";

/** A text with places for a row's values: a header, a file name, a string within JSON. */
export interface TextTemplate {
  readonly text: string;
  /** Names of its variables, in order, each once. */
  readonly variables: readonly string[];
  /** The text for one row; null and undefined are empty, lists and objects are JSON. */
  expand(lookup: (name: string) => unknown): string;
}

/** JSON whose strings are text templates. */
export interface JsonTemplate {
  readonly variables: readonly string[];
  /** The JSON value for one row: a new one each time, or the template's own where nothing varies. */
  expand(lookup: (name: string) => unknown): unknown;
}

interface Place {
  readonly name: string;
  readonly filters: readonly TextFilter[];
}

/** Where a name could begin: one that holds no quote, brace, bar or line break and begins with no space. */
const PLACE = /\{([^\s{}|"'\\,:[\](][^{}|"\\\r\n]*)((?:\|[^{}|"\r\n]*)*)\}/y;

/**
 * Reads a text template: `{name}` is a value, `{name|filter|filter}` a value changed by
 * `TEXT_FILTERS`. `{{` is a brace, and so is the `}}` that answers it; a brace that begins no name
 * (`{"a":1}`) is itself.
 * @throws UsageError for an unknown filter, naming the nearest.
 */
export function compileTextTemplate(text: string): TextTemplate {
  const parts = parseParts(text);
  const variables = new Set<string>();
  for (const part of parts) if (typeof part !== "string") variables.add(part.name);
  return {
    text,
    variables: [...variables],
    expand(lookup) {
      let result = "";
      for (const part of parts) result += typeof part === "string" ? part : filtered(part, lookup);
      return result;
    },
  };
}

/**
 * Makes every string in a JSON value a text template (names of objects are left as they are). A string
 * that is nothing but `{name}` becomes the row's value itself, whatever its type; without a value, null.
 * @throws UsageError for an unknown filter, naming the nearest.
 */
export function templatesInJson(value: unknown): JsonTemplate {
  const variables = new Set<string>();
  const build = compileJson(value, variables);
  return { variables: [...variables], expand: build ?? (() => value) };
}

type Build = (lookup: (name: string) => unknown) => unknown;

/** How to make the value for a row; undefined where it is the same for every row. */
function compileJson(value: unknown, variables: Set<string>): Build | undefined {
  if (typeof value === "string") {
    const parts = parseParts(value);
    for (const part of parts) if (typeof part !== "string") variables.add(part.name);
    const [only] = parts;
    if (parts.length === 1 && typeof only === "object" && only.filters.length === 0) {
      return (lookup) => lookup(only.name) ?? null;
    }
    if (parts.length === 1 && only === value) return undefined;
    const template = compileTextTemplate(value);
    return (lookup) => template.expand(lookup);
  }
  if (typeof value !== "object" || value === null) return undefined;
  const builds = Object.entries(value).map(
    ([key, item]) => [key, compileJson(item, variables) ?? (() => item as unknown)] as const,
  );
  if (Array.isArray(value)) return (lookup) => builds.map(([, build]) => build(lookup));
  // fromEntries defines properties, so that a key `__proto__` stays one.
  return (lookup) => Object.fromEntries(builds.map(([key, build]) => [key, build(lookup)]));
}

function filtered({ name, filters }: Place, lookup: (name: string) => unknown): string {
  let value = lookup(name);
  for (const filter of filters) value = filter(value);
  return valueText(value);
}

function parseParts(text: string): readonly (string | Place)[] {
  const parts: (string | Place)[] = [];
  let literal = "";
  let escapedOpen = 0;
  let position = 0;
  while (position < text.length) {
    const pair = text.slice(position, position + 2);
    if (pair === "{{" || (pair === "}}" && escapedOpen > 0)) {
      escapedOpen += pair === "{{" ? 1 : -1;
      literal += pair[0];
      position += 2;
      continue;
    }
    PLACE.lastIndex = position;
    const place = text[position] === "{" ? PLACE.exec(text) : null;
    if (place === null) {
      literal += text[position];
      position += 1;
      continue;
    }
    if (literal !== "") parts.push(literal);
    literal = "";
    parts.push({ name: place[1]!, filters: findFilters(place[2]!, place[0]) });
    position += place[0].length;
  }
  if (literal !== "" || parts.length === 0) parts.push(literal);
  return parts;
}

function findFilters(text: string, place: string): readonly TextFilter[] {
  return text
    .split("|")
    .slice(1)
    .map((written) => {
      const name = written.trim();
      const filter = TEXT_FILTERS.get(name);
      if (filter !== undefined) return filter;
      const known = [...TEXT_FILTERS.keys()];
      const hint = didYouMean(name, known) || `; there are ${known.join(", ")}`;
      throw new UsageError(`"${name}" in ${place} is not a filter${hint}`);
    });
}
