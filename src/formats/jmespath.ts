import { JMESPathError, JMESPathTypeError, search } from "@aws-lambda-powertools/jmespath";

import { UsageError } from "../core/usage-error.ts";
import { didYouMean } from "./nearest.ts";
import { SelectError } from "./select-error.ts";

/** The functions of the JMESPath specification. */
const FUNCTIONS = new Set(
  "abs avg ceil contains ends_with floor join keys length map max max_by merge min min_by not_null reverse sort sort_by starts_with sum to_array to_number to_string type values".split(
    " ",
  ),
);

/** A string, a literal, or a name before a parenthesis. */
const TOKEN = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`((?:[^`\\]|\\.)*)`|(?<!\w)([A-Za-z_]\w*)\s*\(/g;

/** Names that every object answers to without having them. */
const INHERITED = new RegExp(
  `(?<!\\w)(?:${Object.getOwnPropertyNames(Object.prototype).join("|")})(?!\\w)`,
);

/**
 * A JMESPath expression (jmespath.org, the specification of 2015) as a function of a JSON value; a
 * literal that is no JSON is a string, as it was once: `` status!=`OK` ``. This is the only file that
 * knows which library evaluates it. Bigints are selected as they are, but the library does not compare
 * or compute with them.
 * @throws UsageError for an expression that is none, with the position; the function throws SelectError
 * where the value does not fit the expression.
 */
export function compileJmespath(text: string): (value: unknown) => unknown {
  const expression = text.replace(TOKEN, (token, literal?: string, name?: string) => {
    if (name !== undefined && !FUNCTIONS.has(name)) {
      throw new UsageError(
        `the expression ${text} calls ${name}(), which JMESPath does not have${didYouMean(name, FUNCTIONS)}`,
      );
    }
    if (literal === undefined) return token;
    const plain = literal.replaceAll("\\`", "`");
    return isJson(plain) ? token : `\`${JSON.stringify(plain.trim()).replaceAll("`", "\\`")}\``;
  });
  const own = INHERITED.test(expression) ? withoutPrototypes : (value: unknown) => value;
  const select = (value: unknown): unknown => search(expression, own(value) as never) ?? null;
  try {
    select(null);
  } catch (error) {
    // Null rarely fits what functions expect: only what is wrong for every value is refused here.
    if (!(error instanceof JMESPathTypeError)) throw badExpression(text, error);
  }
  return (value) => {
    try {
      return select(value);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw new SelectError(`${text}: ${plainMessage(error)}`, { cause: error });
    }
  };
}

function isJson(literal: string): boolean {
  try {
    JSON.parse(literal);
    return true;
  } catch {
    return false;
  }
}

function badExpression(text: string, error: unknown): unknown {
  if (!(error instanceof JMESPathError) && !(error instanceof Error)) return error;
  return new UsageError(`the expression ${text} is not JMESPath: ${plainMessage(error)}`);
}

/** The library's sentence without its own beginning and without the expression at its end. */
function plainMessage({ message }: Error): string {
  return message
    .replace(/^(?:Bad|Invalid) jmespath expression: /i, "")
    .replace(/ in expression: [^]*$/, "")
    .replace(/\.$/, "");
}

/** A copy whose objects have no prototype: the library asks `name in object`. */
function withoutPrototypes(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutPrototypes);
  const copy: Record<string, unknown> = Object.create(null);
  for (const [key, item] of Object.entries(value)) copy[key] = withoutPrototypes(item);
  return copy;
}
