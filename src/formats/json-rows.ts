import type { Row } from "../core/row.ts";
import { UsageError } from "../core/usage-error.ts";
import { closingQuote, JsonError, parseJson } from "./json.ts";
import { rowFromJson } from "./row-from-json.ts";
import { readText, type ByteChunks } from "./text-chunks.ts";

/** Which JSON file is read, and how much of it at most. */
export interface JsonRowsOptions {
  /** The file's name, for messages. */
  readonly name: string;
  /** Characters that the file may have, as it is held whole. @default 268435456 */
  readonly longest?: number;
}

/** 256 Mi characters: what is longer is for JSON lines, which are read as they arrive. */
const LONGEST = 256 * 1024 * 1024;

/** Rows in one batch, so that those who read them take turns. */
const BATCH = 1000;

/**
 * The rows of a JSON file, in batches: of an array each element, of anything else the one value; an
 * object is a row of its members, any other value a row with the one column `value`. The file is held
 * whole, because JSON is valid or not as a whole; every row says line 1 where the file has one line, and
 * else the line on which its element begins.
 * @throws UsageError `name:line: …` for what is not JSON, bytes that are no text, a file that is too long.
 */
export async function* readJsonRows(
  chunks: ByteChunks,
  { name, longest = LONGEST }: JsonRowsOptions,
): AsyncGenerator<readonly Row[]> {
  const pieces: string[] = [];
  let length = 0;
  for await (const piece of readText(chunks, name)) {
    pieces.push(piece);
    length += piece.length;
    if (length > longest) {
      throw new UsageError(
        `${name} is longer than ${longest} characters; JSON of that size is read as JSON lines, for example from: jq -c '.[]'`,
      );
    }
  }
  const text = pieces.join("");
  if (/^[ \t\r\n]*$/.test(text)) return;
  const value = parsed(text, name);
  const elements: readonly unknown[] = Array.isArray(value) ? value : [value];
  const lineOf = Array.isArray(value) ? elementLines(text) : () => 1;
  let last: Row | undefined;
  for (let start = 0; start < elements.length; start += BATCH) {
    const rows: Row[] = [];
    for (const [offset, element] of elements.slice(start, start + BATCH).entries()) {
      last = rowFromJson(element, { number: start + offset + 1, line: lineOf(), like: last });
      rows.push(last);
    }
    yield rows;
  }
}

function parsed(text: string, name: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new UsageError(`${name}:${error.line}: the JSON ${error.what} (column ${error.column})`);
  }
}

/** Walks over a valid array's text: each call tells the line on which the next element begins. */
function elementLines(text: string): () => number {
  if (!/[\r\n]/.test(text)) return () => 1;
  let line = 1;
  let depth = 0;
  let position = -1;
  return () => {
    let began = 0;
    while (position < text.length) {
      position += 1;
      const sign = text[position]!;
      if (sign === "\n" || (sign === "\r" && text[position + 1] !== "\n")) line += 1;
      else if (sign !== " " && sign !== "\t" && sign !== "\r") {
        if (sign === "," && depth === 1) break;
        if (depth === 1 && began === 0) began = line;
        if (sign === "[" || sign === "{") depth += 1;
        else if (sign === "]" || sign === "}") depth -= 1;
        else if (sign === '"') position = closingQuote(text, position);
      }
    }
    return began;
  };
}
