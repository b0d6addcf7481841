import { UsageError } from "../core/usage-error.ts";
import { JsonError, parseJson } from "./json.ts";

/** A word of a JMESPath expression. `kind` is the sign itself where it is one, such as `[?`. */
export interface Token {
  readonly kind: string;
  /** The name, the number or the literal's value. */
  readonly value: unknown;
  /** Where it begins, from 0. */
  readonly position: number;
  /** As it is written. */
  readonly text: string;
}

/** Every alternative begins with another character, so that reading is linear. */
const TOKEN =
  /([A-Za-z_]\w*)|("(?:[^"\\]|\\[^])*")|(-?\d+)|'((?:[^'\\]|\\[^])*)'|`((?:[^`\\]|\\[^])*)`|\[\?|\[\]|\|\||&&|[=!<>]=|[.[\](){},:@*|&!<>]/y;

const UNCLOSED: ReadonlyMap<string, string> = new Map([
  ['"', "the quoted name"],
  ["'", "the text"],
  ["`", "the literal"],
]);

/** Characters of an expression that a message repeats. */
const LONGEST_SHOWN = 100;

/** The error of an expression that is none, in one sentence with the place. */
export function notJmespath(text: string, what: string, position: number, hint = ""): UsageError {
  const place = position >= text.trimEnd().length ? "" : ` at character ${position + 1}`;
  const shown = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
  return new UsageError(`the expression ${shown} is not JMESPath: ${what}${place}${hint}`);
}

/**
 * The tokens of a JMESPath expression, the last of kind `end`. A literal that is no JSON is a text.
 * @throws UsageError for what is no token, with the position.
 */
export function readTokens(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (true) {
    while (" \t\r\n".includes(text.charAt(position)) && position < text.length) position += 1;
    if (position >= text.length) break;
    TOKEN.lastIndex = position;
    const match = TOKEN.exec(text);
    if (match === null) throw notJmespath(text, strange(text[position]!), position);
    tokens.push(tokenOf(match, text));
    position += match[0].length;
  }
  tokens.push({ kind: "end", value: null, position, text: "come to its end" });
  return tokens;
}

function strange(character: string): string {
  const unclosed = UNCLOSED.get(character);
  if (unclosed !== undefined) return `${unclosed} is never closed`;
  return character === "=" ? "= stands where == is meant" : `it has no use for ${character}`;
}

function tokenOf(match: RegExpExecArray, expression: string): Token {
  const [text, name, quoted, number, raw, literal] = match;
  const position = match.index;
  if (name !== undefined) return { kind: "name", value: name, position, text };
  if (number !== undefined) return { kind: "number", value: Number(number), position, text };
  if (raw !== undefined)
    return { kind: "literal", value: raw.replaceAll("\\'", "'"), position, text };
  if (literal !== undefined) return { kind: "literal", value: valueOf(literal), position, text };
  if (quoted === undefined) return { kind: text, value: null, position, text };
  try {
    return { kind: "quoted name", value: JSON.parse(quoted), position, text };
  } catch {
    throw notJmespath(expression, `${text} is not quoted as JSON is`, position);
  }
}

function valueOf(literal: string): unknown {
  const plain = literal.replaceAll("\\`", "`").trim();
  try {
    return parseJson(plain);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return plain;
  }
}
