import type { Query } from "./jmespath-queries.ts";
import { isNumeric, typeOf, type JmespathType } from "./jmespath-values.ts";
import { SelectError } from "./select-error.ts";

/** What an argument may be; `numbers` and `strings` are lists of only those. */
export type ArgumentType = JmespathType | "any" | "numbers" | "strings" | "&expression";

/** A function that expressions call. */
export interface JmespathFunction {
  readonly takes: readonly (readonly ArgumentType[])[];
  /** Whether the last argument may come again and again. */
  readonly repeats: "last" | "none";
  /** Beware: the arguments are what `takes` says, which is checked before. */
  readonly call: (...values: never[]) => unknown;
}

/** An argument as it is written: a value to select, or an expression to hand over. */
export interface Argument {
  readonly kind: "value" | "&expression";
  readonly query: Query;
}

/**
 * A call as a query, or what is wrong with it whatever the value. The query throws SelectError where a
 * value is not of the type that the function takes.
 */
export function compileCall(
  name: string,
  called: JmespathFunction,
  given: readonly Argument[],
): Query | string {
  const { takes, repeats } = called;
  if (given.length < takes.length || (repeats === "none" && given.length > takes.length)) {
    const least = repeats === "last" ? "at least " : "";
    const plural = takes.length === 1 ? "argument" : "arguments";
    return `${name}() takes ${least}${takes.length} ${plural}, not ${given.length},`;
  }
  const types = given.map((_, index) => takes[Math.min(index, takes.length - 1)]!);
  for (const [index, { kind }] of given.entries()) {
    const wanted = types[index]!.includes("&expression") ? "&expression" : "value";
    if (kind !== wanted) return `argument ${index + 1} of ${name}() must be a ${wanted},`;
  }
  return (value) => {
    const values = given.map(({ kind, query }, index) => {
      if (kind === "&expression") return query;
      const argument = query(value);
      if (!fits(argument, types[index]!)) throw misfit(name, types[index]!, argument);
      return argument;
    });
    return called.call(...(values as never[])) ?? null;
  };
}

function fits(value: unknown, types: readonly ArgumentType[]): boolean {
  const type = typeOf(value);
  return types.some((wanted) => {
    if (wanted === "any" || wanted === type) return true;
    if (type !== "array" || (wanted !== "numbers" && wanted !== "strings")) return false;
    const items = value as readonly unknown[];
    return items.every((item) =>
      wanted === "numbers" ? isNumeric(item) : typeof item === "string",
    );
  });
}

const IN_WORDS: ReadonlyMap<ArgumentType, string> = new Map([
  ["numbers", "list of numbers"],
  ["strings", "list of strings"],
]);

function misfit(name: string, types: readonly ArgumentType[], value: unknown): SelectError {
  const wanted = types.map((type) => IN_WORDS.get(type) ?? type).join(" or ");
  const type = typeOf(value);
  const met = type === "array" && !types.includes("array") ? "list of something else" : type;
  return new SelectError(`${name}() takes ${wanted}, not ${met}`);
}
