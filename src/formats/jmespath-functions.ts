import type { ArgumentType, JmespathFunction } from "./jmespath-call.ts";
import type { Query } from "./jmespath-queries.ts";
import { parseJson, stringifyJson } from "./json.ts";
import { isEqual, isNumeric, objectOf, order, typeOf, type Numeric } from "./jmespath-values.ts";
import { SelectError } from "./select-error.ts";

type Sortable = Numeric | string;

/** The functions of the JMESPath specification of 2015 by their names. */
export const FUNCTIONS: ReadonlyMap<string, JmespathFunction> = new Map([
  define("abs(number)", (value: Numeric) => (value < 0 ? -value : value)),
  define("avg(numbers)", (values: Numeric[]) =>
    values.length === 0 ? null : Number(sum(values)) / values.length,
  ),
  define("ceil(number)", (value: Numeric) =>
    typeof value === "bigint" ? value : Math.ceil(value),
  ),
  define("contains(array|string, any)", (within: unknown[] | string, value: unknown) => {
    if (typeof within === "string") return typeof value === "string" && within.includes(value);
    return within.some((item) => isEqual(item, value));
  }),
  define("ends_with(string, string)", (text: string, end: string) => text.endsWith(end)),
  define("floor(number)", (value: Numeric) =>
    typeof value === "bigint" ? value : Math.floor(value),
  ),
  define("join(string, strings)", (glue: string, texts: string[]) => texts.join(glue)),
  define("keys(object)", (value: object) => Object.keys(value)),
  define("length(array|object|string)", (value: object | string) => {
    if (typeof value === "string") return countCharacters(value);
    return Array.isArray(value) ? value.length : Object.keys(value).length;
  }),
  define("map(&expression, array)", (query: Query, items: unknown[]) => items.map(query)),
  define("max(numbers|strings)", (values: Sortable[]) => furthest(values, values, 1)),
  define("max_by(array, &expression)", (items: unknown[], query: Query) =>
    furthest(items, keysOf(items, query), 1),
  ),
  define("merge(object, ...)", (...objects: object[]) => objectOf(objects.flatMap(Object.entries))),
  define("min(numbers|strings)", (values: Sortable[]) => furthest(values, values, -1)),
  define("min_by(array, &expression)", (items: unknown[], query: Query) =>
    furthest(items, keysOf(items, query), -1),
  ),
  define("not_null(any, ...)", (...values: unknown[]) => values.find((value) => value !== null)),
  define("reverse(array|string)", (value: unknown[] | string) =>
    typeof value === "string" ? Array.from(value).toReversed().join("") : value.toReversed(),
  ),
  define("sort(numbers|strings)", (values: Sortable[]) => values.toSorted(order)),
  define("sort_by(array, &expression)", (items: unknown[], query: Query) => {
    const keys = keysOf(items, query);
    const places = [...keys.keys()].toSorted((one, other) => order(keys[one]!, keys[other]!));
    return places.map((place) => items[place]);
  }),
  define("starts_with(string, string)", (text: string, start: string) => text.startsWith(start)),
  define("sum(numbers)", sum),
  define("to_array(any)", (value: unknown) => (Array.isArray(value) ? value : [value])),
  define("to_number(any)", (value: unknown) => {
    if (isNumeric(value)) return value;
    return typeof value === "string" && NUMBER.test(value) ? parseJson(value) : null;
  }),
  define("to_string(any)", (value: unknown) =>
    typeof value === "string" ? value : stringifyJson(value),
  ),
  define("type(any)", typeOf),
  define("values(object)", (value: object) => Object.values(value)),
]);

/** A number as JSON writes it. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** An entry of the table of a line such as `join(string, strings)`. */
function define(
  line: string,
  call: (...values: never[]) => unknown,
): readonly [string, JmespathFunction] {
  const [name, list] = line.slice(0, -1).split("(") as [string, string];
  const kinds = list.split(", ");
  const repeats = kinds.at(-1) === "..." ? "last" : "none";
  if (repeats === "last") kinds.pop();
  return [name, { takes: kinds.map((kind) => kind.split("|") as ArgumentType[]), repeats, call }];
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Exact where all are whole and one is a bigint; as doubles otherwise. */
function sum(values: readonly Numeric[]): Numeric {
  const whole = (value: Numeric): boolean => typeof value === "bigint" || Number.isInteger(value);
  if (values.some((value) => typeof value === "bigint") && values.every(whole)) {
    const total = values.reduce((before: bigint, value) => before + BigInt(value), 0n);
    return BigInt.asIntN(53, total) === total ? Number(total) : total;
  }
  return values.reduce((before: number, value) => before + Number(value), 0);
}

/** The first of the items whose key is greatest (1) or least (-1), or null where there are none. */
function furthest(items: readonly unknown[], keys: readonly Sortable[], sign: 1 | -1): unknown {
  let best = 0;
  for (let index = 1; index < keys.length; index += 1) {
    if (sign * order(keys[index]!, keys[best]!) > 0) best = index;
  }
  return items[best] ?? null;
}

/** What the expression selects of each item. @throws SelectError unless these are all numbers or all texts. */
function keysOf(items: readonly unknown[], query: Query): readonly Sortable[] {
  const keys = items.map(query);
  if (keys.every(isNumeric) || keys.every(isText)) return keys;
  const types = [...new Set(keys.map(typeOf))].join(" and ");
  throw new SelectError(`the items are to be compared by numbers or by strings, not by ${types}`);
}
