import { isEqual, isNumeric, objectOf, type Numeric } from "./jmespath-values.ts";
import { isTrue } from "./truth.ts";

/** A part of an expression: what it selects of a value; null where there is nothing. */
export type Query = (value: unknown) => unknown;

/** The value itself. */
export const current: Query = (value) => value;

/** An object's own member. */
export function member(name: string): Query {
  return (value) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? ((Object.hasOwn(value, name) ? value[name as never] : null) ?? null)
      : null;
}

/** An array's element, counted from the end where the index is negative. */
export function element(index: number): Query {
  return (value) => (Array.isArray(value) ? (value.at(index) ?? null) : null);
}

/** The elements from `start` to before `stop`, every `step`th (JEP of slices, as in Python). */
export function slice(start?: number, stop?: number, step = 1): Query {
  return (value) => {
    if (!Array.isArray(value)) return null;
    const { length } = value;
    const [least, most] = step > 0 ? [0, length] : [-1, length - 1];
    const bound = (index: number): number =>
      Math.min(most, Math.max(least, index < 0 ? index + length : index));
    const from = start === undefined ? (step > 0 ? least : most) : bound(start);
    const to = stop === undefined ? (step > 0 ? most : least) : bound(stop);
    const taken: unknown[] = [];
    for (let at = from; step > 0 ? at < to : at > to; at += step) taken.push(value[at]);
    return taken;
  };
}

/** The array itself, or null where it is none. */
export const elements: Query = (value) => (Array.isArray(value) ? value : null);

/** The values of an object's members. */
export const members: Query = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.values(value)
    : null;

/** The elements, those that are arrays replaced by their own. */
export const flattened: Query = (value) => (Array.isArray(value) ? value.flat() : null);

/** The elements for which the condition is true. */
export function filtered(condition: Query): Query {
  return (value) => (Array.isArray(value) ? value.filter((item) => isTrue(condition(item))) : null);
}

/** The rest of an expression for each of the items that `items` gives, without what selects nothing. */
export function project(left: Query, items: Query, rest: Query): Query {
  return (value) => {
    const list = items(left(value)) as unknown[] | null;
    if (list === null) return null;
    const selected: unknown[] = [];
    for (const item of list) {
      const part = rest(item);
      if (part !== null) selected.push(part);
    }
    return selected;
  };
}

/** What each of the queries selects, as a list; null of null. */
export function listOf(queries: readonly Query[]): Query {
  return (value) => (value === null ? null : queries.map((query) => query(value)));
}

/** What each of the queries selects, as an object of these names; null of null. */
export function hashOf(queries: readonly (readonly [string, Query])[]): Query {
  return (value) =>
    value === null ? null : objectOf(queries.map(([name, query]) => [name, query(value)]));
}

/** What is true of two expressions is decided by the sign between them. */
type Join = (left: Query, right: Query) => Query;

/** The signs that join two expressions. Only numbers have an order: others give null. */
export const JOINS: ReadonlyMap<string, Join> = new Map<string, Join>([
  [".", (left, right) => (value) => onlyThere(left(value), right)],
  ["|", (left, right) => (value) => right(left(value))],
  ["||", (left, right) => (value) => orElse(left(value), () => right(value))],
  ["&&", (left, right) => (value) => andThen(left(value), () => right(value))],
  ["==", (left, right) => (value) => isEqual(left(value), right(value))],
  ["!=", (left, right) => (value) => !isEqual(left(value), right(value))],
  ["<", ordered((left, right) => left < right)],
  ["<=", ordered((left, right) => left <= right)],
  [">", ordered((left, right) => left > right)],
  [">=", ordered((left, right) => left >= right)],
]);

function onlyThere(value: unknown, right: Query): unknown {
  return value === null ? null : right(value);
}

function orElse(value: unknown, other: () => unknown): unknown {
  return isTrue(value) ? value : other();
}

function andThen(value: unknown, other: () => unknown): unknown {
  return isTrue(value) ? other() : value;
}

function ordered(holds: (left: Numeric, right: Numeric) => boolean): Join {
  return (left, right) => (value) => {
    const [one, other] = [left(value), right(value)];
    return isNumeric(one) && isNumeric(other) ? holds(one, other) : null;
  };
}
