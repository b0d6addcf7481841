/** The types of values that JMESPath tells apart. */
export type JmespathType = "array" | "boolean" | "null" | "number" | "object" | "string";

/** The type of a JSON value; a bigint is a number. */
export function typeOf(value: unknown): JmespathType {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "array";
  const type = typeof value;
  return type === "bigint" ? "number" : (type as JmespathType);
}

/** A number, which may be one that a double would not keep. */
export type Numeric = number | bigint;

/** Whether a value is a number of either kind. */
export function isNumeric(value: unknown): value is Numeric {
  return typeof value === "number" || typeof value === "bigint";
}

/** Whether two JSON values are the same; a bigint and a number by what they amount to. */
export function isEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  // oxlint-disable-next-line eqeqeq -- the one comparison of JavaScript that is exact for 1n and 1
  if (isNumeric(left) && isNumeric(right)) return left == right;
  if (typeof left !== "object" || typeof right !== "object") return false;
  if (left === null || right === null) return false;
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, index) => isEqual(item, right[index]));
  }
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every(
    (key) => Object.hasOwn(right, key) && isEqual(left[key as never], right[key as never]),
  );
}

/** The order of two numbers, or of two texts by code point: negative, zero or positive. */
export function order<Value extends Numeric | string>(left: Value, right: Value): number {
  if (left === right) return 0;
  if (typeof left !== "string" || typeof right !== "string") return left < right ? -1 : 1;
  const shorter = Math.min(left.length, right.length);
  for (let index = 0; index < shorter; index += 1) {
    const one = left.charCodeAt(index);
    const other = right.charCodeAt(index);
    if (one !== other) return rank(one) - rank(other);
  }
  return left.length - right.length;
}

/** UTF-16 units in the order of code points: surrogates stand for what comes after U+FFFF. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** An object of these members, `__proto__` as one like any other. The last of a name counts. */
export function objectOf(members: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  return Object.fromEntries(members);
}
