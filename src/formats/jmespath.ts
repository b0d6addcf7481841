import { compile, TreeInterpreter } from "@jmespath-community/jmespath";

import { UsageError } from "../core/usage-error.ts";
import { didYouMean } from "./nearest.ts";
import { SelectError } from "./select-error.ts";

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
 * @throws UsageError for an expression that is none; the function throws SelectError where the value does
 * not fit the expression.
 */
export function compileJmespath(text: string): (value: unknown) => unknown {
  const functions = new Set(Object.keys(TreeInterpreter.runtime._functionTable));
  const expression = text.replace(TOKEN, (token, literal?: string, name?: string) => {
    if (name !== undefined && !functions.has(name)) {
      throw new UsageError(
        `the expression ${text} calls ${name}(), which JMESPath does not have${didYouMean(name, functions)}`,
      );
    }
    if (literal === undefined) return token;
    const plain = literal.replaceAll("\\`", "`");
    const json = isJson(plain) ? plain : JSON.stringify(plain.trim());
    return `\`${json.replaceAll("`", "\\u0060")}\``;
  });
  const own = INHERITED.test(expression) ? withoutPrototypes : (value: unknown) => value;
  let tree: ReturnType<typeof compile>;
  try {
    tree = compile(expression);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new UsageError(`the expression ${text} is not JMESPath: ${error.message}`);
  }
  return (value) => {
    try {
      return TreeInterpreter.search(tree, own(value) as never) ?? null;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw new SelectError(`${text}: ${error.message}`, { cause: error });
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

/** A copy whose objects have no prototype: the library reads inherited members too. */
function withoutPrototypes(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutPrototypes);
  const copy: Record<string, unknown> = Object.create(null);
  for (const [key, item] of Object.entries(value)) copy[key] = withoutPrototypes(item);
  return copy;
}
