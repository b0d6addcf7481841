/** Members that are named, and levels that are looked into. */
const MOST_MEMBERS = 40;
const DEEPEST = 2;

/**
 * What a JSON value is made of, without its values: equal for answers to equal questions, another for an
 * error or an empty list. A list shows whether it is empty and what its first item is.
 */
export function shapeOf(value: unknown, depth = 0): string {
  if (value === null) return "null";
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    return depth === DEEPEST ? "[…]" : `[${shapeOf(value[0], depth + 1)}]`;
  }
  if (typeof value !== "object") return typeof value === "bigint" ? "number" : typeof value;
  if (depth === DEEPEST) return "{…}";
  const members = Object.entries(value)
    .slice(0, MOST_MEMBERS)
    .map(([name, member]) => `${name.slice(0, 40)}:${shapeOf(member, depth + 1)}`);
  return `{${members.toSorted().join(",")}}`;
}
