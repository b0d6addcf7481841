import { UsageError } from "../core/usage-error.ts";
import { nameOfExpression } from "./selector.ts";

/** One column to pick: what it is called and the expression for it. */
export interface ColumnPick {
  readonly name: string;
  readonly expression: string;
}

const NAMED = /^\s*([\p{L}_][\p{L}\p{N}_-]*)\s*=(?!=)/u;
const CLOSING: ReadonlyMap<string, string> = new Map([
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
]);

/**
 * The columns of `--pick`, given several times or comma-separated (not within brackets, braces,
 * parentheses, quotes or backticks: a CSS list is written `css:is(h1, h2)`), each `NAME=EXPRESSION` or
 * an expression that names itself by its path's last name.
 * @throws UsageError for an empty one and for two of one name.
 */
export function parsePicks(texts: readonly string[]): readonly ColumnPick[] {
  const picks = new Map<string, ColumnPick>();
  for (const text of texts.flatMap(splitAtCommas)) {
    const named = NAMED.exec(text);
    const expression = text.slice(named?.[0].length ?? 0).trim();
    if (expression === "") {
      throw new UsageError("--pick has an empty expression; write for example name,address.city");
    }
    const name = named?.[1] ?? nameOfExpression(expression);
    const other = picks.get(name);
    if (other !== undefined) {
      throw new UsageError(
        `--pick has two columns named "${name}" (${other.expression} and ${expression}); name one with NAME=${expression}`,
      );
    }
    picks.set(name, { name, expression });
  }
  return [...picks.values()];
}

function splitAtCommas(text: string): readonly string[] {
  const pieces: string[] = [];
  const closing: string[] = [];
  let quote: string | undefined;
  let start = 0;
  for (let position = 0; position < text.length; position += 1) {
    const sign = text[position]!;
    if (quote !== undefined) {
      if (sign === "\\") position += 1;
      else if (sign === quote) quote = undefined;
    } else if (sign === '"' || sign === "'" || sign === "`") quote = sign;
    else if (CLOSING.has(sign)) closing.push(CLOSING.get(sign)!);
    else if (sign === closing.at(-1)) closing.pop();
    else if (sign === "," && closing.length === 0) {
      pieces.push(text.slice(start, position));
      start = position + 1;
    }
  }
  pieces.push(text.slice(start));
  return pieces;
}
