import { readTokens } from "../formats/jmespath-tokens.ts";
import type { JobExpression } from "./job.ts";

/**
 * The members that every item of an expression has, where the expression itself tells them: it is
 * JMESPath and ends in a multiselect hash (`results[*].{id: id, name: title}`). Otherwise undefined.
 */
export function hashKeys(expression: JobExpression): readonly string[] | undefined {
  if (typeof expression !== "string" || /^(?:css:|\$)/.test(expression.trim())) return undefined;
  const tokens = readTokens(expression);
  const keys: string[] = [];
  // The last is the end itself.
  if (tokens.at(-2)?.kind !== "}") return undefined;
  let depth = 0;
  for (let at = tokens.length - 2; at >= 0; at -= 1) {
    const { kind } = tokens[at]!;
    if (kind === "}" || kind === ")" || kind === "]") depth += 1;
    const opens = kind === "{" || kind === "(" || kind === "[" || kind === "[?";
    if (depth === 1 && kind === ":") keys.unshift(String(tokens[at - 1]!.value));
    if (opens) depth -= 1;
    if (depth === 0) return isItem(tokens[at - 1]?.kind) ? keys : undefined;
  }
  return undefined;
}

/** Whether a hash after this is the whole of an item, not one side of `||` or an argument. */
function isItem(before: string | undefined): boolean {
  return before === undefined || before === "." || before === "|";
}
