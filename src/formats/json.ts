import { findJsonFault } from "./json-fault.ts";
import { decodeUtf8 } from "./utf8.ts";

/** Arrays and objects may stand this deep in each other: far deeper than any real answer, and what every part of the program can walk. */
export const MAX_JSON_DEPTH = 1000;

/** A text is not JSON, and where it stops being it: lines and columns count from 1. */
export class JsonError extends Error {
  override readonly name = "JsonError";
  /** What is wrong, without the place: `has "}" where a value is expected`. */
  readonly what: string;
  readonly line: number;
  readonly column: number;

  constructor(what: string, line: number, column: number) {
    super(`the JSON ${what} (line ${line}, column ${column})`);
    this.what = what;
    this.line = line;
    this.column = column;
  }
}

/** An integer of fewer digits always survives a double. Found at a glance where there is none. */
const LONG_DIGITS = /\d{16}/;
/** Digits of a number: those of a fraction or of a string are no reason to leave the fast path. */
const LONG_INTEGER = /[[:,\s-]\d{16}|^\d{16}/;

/**
 * The value of a JSON text (RFC 8259), strictly; bytes must be UTF-8; a byte order mark is dropped.
 * An integer whose digits a double would not keep becomes a bigint; other numbers are doubles, so
 * `0.1000000000000000055` loses digits that mean nothing to one. `__proto__` is a key like any other.
 * @throws JsonError for anything else, and for nesting beyond `MAX_JSON_DEPTH`.
 */
export function parseJson(input: string | Uint8Array): unknown {
  let text = input;
  if (typeof text !== "string") {
    const decoded = decodeUtf8(text);
    if (typeof decoded !== "string") {
      throw new JsonError("is not UTF-8", decoded.line, decoded.column);
    }
    text = decoded;
  } else if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
  let value: unknown;
  try {
    checkDepth(text);
    const long = LONG_DIGITS.test(text) && LONG_INTEGER.test(text);
    value = long ? JSON.parse(text, keepDigits) : JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const fault = findJsonFault(text) ?? { position: 0, what: `is not valid: ${error.message}` };
    throw errorAt(text, fault.position, fault.what);
  }
  return value;
}

/**
 * A value as one line of JSON: bigints as their digits, lone surrogates and U+2028/2029 escaped, so
 * that what it returns is one line and valid UTF-8 for every reader. Undefined is written as null.
 */
export function stringifyJson(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    // A bigint: rare, so the others do not pay for the replacer.
    if (!(error instanceof TypeError)) throw error;
    text = JSON.stringify(value, (_, item: unknown) =>
      typeof item === "bigint" ? JSON_WITH_RAW.rawJSON(String(item)) : item,
    );
  }
  if (text === undefined) return "null";
  return LINE_SEPARATORS.test(text)
    ? text.replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029")
    : text;
}

const LINE_SEPARATORS = /[\u2028\u2029]/;

/** ES2026 `JSON.rawJSON`, which Node has and TypeScript's library does not declare yet. */
const JSON_WITH_RAW = JSON as typeof JSON & { rawJSON(text: string): unknown };

function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source;
  if (source === undefined || !/^-?\d+$/.test(source) || String(value) === source) return value;
  return BigInt(source);
}

/** Refuses nesting that is too deep; a text with too few brackets for that is not looked at closely. */
function checkDepth(text: string): void {
  if (text.length < 2 * MAX_JSON_DEPTH || !hasManyBrackets(text)) return;
  let depth = 0;
  let inString = false;
  for (let position = 0; position < text.length; position += 1) {
    const code = text.charCodeAt(position);
    if (inString) {
      if (code === 0x5c) position += 1;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x5b || code === 0x7b) {
      depth += 1;
      if (depth > MAX_JSON_DEPTH) {
        throw errorAt(text, position, `is nested more than ${MAX_JSON_DEPTH} deep`);
      }
    } else if (code === 0x5d || code === 0x7d) depth -= 1;
  }
}

function hasManyBrackets(text: string): boolean {
  let count = 0;
  for (const bracket of "[{") {
    let at = text.indexOf(bracket);
    for (; at !== -1 && count <= MAX_JSON_DEPTH; at = text.indexOf(bracket, at + 1)) count += 1;
  }
  return count > MAX_JSON_DEPTH;
}

/** Where the string that `open` begins ends: the position of its closing quote, or -1. */
export function closingQuote(text: string, open: number): number {
  let close = text.indexOf('"', open + 1);
  while (close !== -1) {
    let backslashes = 0;
    while (text.charCodeAt(close - 1 - backslashes) === 0x5c) backslashes += 1;
    if (backslashes % 2 === 0) return close;
    close = text.indexOf('"', close + 1);
  }
  return -1;
}

function errorAt(text: string, position: number, what: string): JsonError {
  const lines = text.slice(0, position).split(/\r\n|\n|\r/);
  return new JsonError(what, lines.length, lines.at(-1)!.length + 1);
}
