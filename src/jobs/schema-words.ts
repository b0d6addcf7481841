import * as z from "zod";

import { UsageError } from "../core/usage-error.ts";
import { didYouMean } from "../formats/nearest.ts";
import { parseDuration, parseRate, parseSize, parseStatusSet } from "../formats/quantity.ts";
import { valueText } from "../formats/value-text.ts";
import { visible } from "../formats/visible.ts";

/** The fault of a value as the predicate of a sentence about its field; undefined where there is none. */
type FindFault = (value: unknown) => string | undefined;

/** A value that one function judges; `json` is its JSON Schema. */
export function word<Value>(
  json: Readonly<Record<string, unknown>>,
  findFault: FindFault,
): z.ZodType<Value, Value> {
  const judged = z.unknown().check((context) => {
    const fault = findFault(context.value);
    if (fault === undefined) return;
    context.issues.push({ code: "custom", input: context.value, message: fault });
  });
  return judged.meta(json) as unknown as z.ZodType<Value, Value>;
}

/** Keys of each kind of mapping, to say where a key belongs that stands in another. */
const MAPPINGS = new Map<string, ReadonlySet<string>>();

/** A mapping with these keys and no others; `what` names it: "a step". */
export function keyed<Shape extends z.ZodRawShape>(
  what: string,
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  const keys = Object.keys(shape);
  MAPPINGS.set(what, new Set(keys));
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== "unrecognized_keys") return wrong("keys and values", issue.input);
      return `is not a key of ${what}${hintFor(issue.keys[0]!, keys)}`;
    },
  });
}

/** Keys are listed up to here; more are a page of their own. */
const MOST_LISTED = 14;

function hintFor(key: string, keys: readonly string[]): string {
  const owners = [...MAPPINGS].filter(([, others]) => others.has(key)).map(([what]) => what);
  const near = didYouMean(key, keys);
  if (near !== "") return near;
  if (owners.length > 0) return `; it belongs to ${owners.slice(0, 3).join(" or ")}`;
  return keys.length > MOST_LISTED ? "; docs/jobs.md lists them" : `; there are ${keys.join(", ")}`;
}

/** "is missing", or what must be there and what is. */
export function wrong(expected: string, value: unknown): string {
  return value === undefined ? "is missing" : `must be ${expected}, not ${shown(value)}`;
}

function shown(value: unknown): string {
  if (typeof value === "string") {
    return JSON.stringify(visible(value.length > 60 ? `${value.slice(0, 60)}…` : value));
  }
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "function") return "a function";
  if (typeof value !== "object") return valueText(value);
  // Beware: {id} without quotes is a mapping to YAML.
  const [only, ...more] = Object.entries(value);
  if (only?.[1] === null && more.length === 0) {
    return `a mapping; a template is written in quotes: "{${visible(only[0])}}"`;
  }
  return "a mapping";
}

/** A text. Numbers and booleans are taken as they are written. */
export function text(expected = "a text"): z.ZodType<string, string | number | boolean> {
  const given = word<string | number | boolean>({}, (value) =>
    isPlain(value)
      ? value === ""
        ? `must be ${expected}, not empty`
        : undefined
      : wrong(expected, value),
  );
  return given.transform(String).meta({ type: ["string", "number", "boolean"] });
}

/** A text, or none: `""` is one. */
export function anyText(): z.ZodType<string, string | number | boolean> {
  const given = word<string | number | boolean>({}, (value) =>
    isPlain(value) ? undefined : wrong("a text", value),
  );
  return given.transform(String).meta({ type: ["string", "number", "boolean"] });
}

function isPlain(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

/** One of a few words. */
export function oneOf<const Word extends string>(
  words: readonly Word[],
  fold: "as written" | "any case" = "as written",
): z.ZodType<Word, Word> {
  return word<Word>({ type: "string", enum: [...words] }, (value) => {
    const asked = fold === "any case" && typeof value === "string" ? value.toUpperCase() : value;
    if (words.includes(asked as Word)) return undefined;
    const hint = typeof value === "string" ? didYouMean(value, words) : "";
    return wrong(words.length === 1 ? words[0]! : `one of ${words.join(", ")}`, value) + hint;
  });
}

/** A whole number from `least`, or one of some words. */
export function count<const Word extends string = never>(
  least: number,
  words: readonly Word[] = [],
): z.ZodType<number | Word, number | Word> {
  const number = { type: "integer", minimum: least };
  const json = words.length === 0 ? number : { anyOf: [number, { enum: [...words] }] };
  const expected = [`a whole number from ${least}`, ...words].join(" or ");
  return word(json, (value) => {
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= least)
      return undefined;
    if (words.includes(value as Word)) return undefined;
    return wrong(expected, value) + (typeof value === "string" ? didYouMean(value, words) : "");
  });
}

/** A yes or no. */
export const flag = (): z.ZodType<boolean, boolean> =>
  word({ type: "boolean" }, (value) =>
    typeof value === "boolean" ? undefined : wrong("true or false", value),
  );

/** A text that a parser of quantities reads. */
function quantity(
  parse: (text: string) => unknown,
  expected: string,
  examples: readonly string[],
): z.ZodType<string, string | number> {
  const given = word<string | number>({}, (value) => {
    if (typeof value !== "string" && typeof value !== "number") return wrong(expected, value);
    try {
      parse(String(value));
      return undefined;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return `: ${error.message}`;
    }
  });
  return given.transform(String).meta({ type: ["string", "number"], examples: [...examples] });
}

export const duration = (): z.ZodType<string, string | number> =>
  quantity(parseDuration, "a duration such as 30s", ["30s", "500ms", "1m30s"]);
export const rate = (): z.ZodType<string, string | number> =>
  quantity(parseRate, "a rate such as 10/s", ["10/s", "5000/d"]);
export const size = (): z.ZodType<string, string | number> =>
  quantity(parseSize, "a size such as 10kB", ["10kB", "2MB"]);
export const statusSet = (): z.ZodType<string, string | number> =>
  quantity(parseStatusSet, "a set of statuses such as 2xx,404", ["2xx,404"]);

/** Letters, digits, `_` and `-` of any script; written so that every reader of JSON Schema knows it. */
const NAME = /^(?:[A-Za-z_]|[^\x00-\x7f])(?:[\w-]|[^\x00-\x7f])*$/; // eslint-disable-line no-control-regex

/** The name of a step, of a variable or of a column that is picked. */
export function nameWord(what: string): z.ZodType<string, string> {
  return word({ type: "string", pattern: NAME.source }, (value) =>
    typeof value === "string" && NAME.test(value)
      ? undefined
      : wrong(`${what}: letters, digits, _ and -, a letter first`, value),
  );
}

/** One or several: a list is never empty. */
export function oneOrMore<Value, Written>(
  item: z.ZodType<Value, Written>,
): z.ZodType<Value | readonly Value[], Written | readonly Written[]> {
  const several = z.array(item).min(1, { error: "is an empty list" });
  return z.union([several, item]);
}

/** A mapping with names of the user's own. */
export function named<Value, Written>(
  item: z.ZodType<Value, Written>,
  key: z.ZodType<string, string> = z.string(),
): z.ZodType<Readonly<Record<string, Value>>, Readonly<Record<string, Written>>> {
  return z.record(key as z.ZodString, item, {
    error: (issue) => wrong("a mapping of names to values", issue.input),
  });
}
