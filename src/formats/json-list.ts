import { isUtf8 } from "node:buffer";

import type { PathStep } from "./field-path.ts";
import { parseJson } from "./json.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * The elements of the list at a path in a JSON text (RFC 8259), each parsed when its turn comes, so that of
 * a large answer neither the text nor the tree is held. Everything around the list is checked at once.
 * Undefined where there is no such list, and where only the whole can tell: for a key that is there twice, an
 * index from the end, a fault. An element that is no JSON throws when it is reached, as `parseJson` does for
 * the whole.
 */
export function jsonList(
  bytes: Uint8Array,
  path: readonly PathStep[],
): Iterable<unknown> | undefined {
  const list = isUtf8(bytes) ? new ListFinder(bytes, path).find() : undefined;
  if (list === undefined) return undefined;
  return { [Symbol.iterator]: () => elements(bytes, list) };
}

function* elements(bytes: Uint8Array, list: number): Generator<unknown, undefined> {
  let at = afterBlanks(bytes, list + 1);
  if (bytes[at] === CLOSE_LIST) return;
  for (;;) {
    const end = endOfValue(bytes, at);
    yield elementOf(bytes, at, end);
    at = afterBlanks(bytes, end);
    if (bytes[at] === CLOSE_LIST) return;
    // What does not follow as it should, the whole tells of.
    if (bytes[at] !== COMMA) parseJson(bytes);
    at = afterBlanks(bytes, at + 1);
  }
}

function elementOf(bytes: Uint8Array, start: number, end: number): unknown {
  try {
    return parseJson(bytes.subarray(start, end));
  } catch (error) {
    // It counts lines from the element; the whole has the same fault, and tells where.
    parseJson(bytes);
    throw error;
  }
}

/** Something that only the whole can tell about. */
class Unknown extends Error {}

/** Walks through a text to the list at a path, and past it to the end. */
class ListFinder {
  readonly #bytes: Uint8Array;
  readonly #path: readonly PathStep[];
  #list: number | undefined;

  constructor(bytes: Uint8Array, path: readonly PathStep[]) {
    this.#bytes = bytes;
    this.#path = path;
  }

  find(): number | undefined {
    const bytes = this.#bytes;
    const start = bytes[0] === 0xef ? 3 : 0;
    try {
      const end = this.#follow(afterBlanks(bytes, start), 0);
      return afterBlanks(bytes, end) === bytes.length ? this.#list : undefined;
    } catch {
      return undefined;
    }
  }

  /** Looks for the rest of the path in the value that begins here; where that ends. */
  #follow(at: number, depth: number): number {
    const first = this.#bytes[at];
    const step = this.#path[depth];
    if (step === undefined) {
      if (first !== OPEN_LIST) throw new Unknown();
      this.#list = at;
      return endOfValue(this.#bytes, at);
    }
    if (typeof step === "string" && first === OPEN_OBJECT) return this.#members(at, depth, step);
    if (typeof step === "number" && step >= 0 && first === OPEN_LIST) {
      return this.#elements(at, depth, step);
    }
    throw new Unknown();
  }

  #members(open: number, depth: number, wanted: string): number {
    const bytes = this.#bytes;
    for (let at = afterBlanks(bytes, open + 1); ;) {
      if (bytes[at] !== QUOTE) throw new Unknown();
      const end = endOfValue(bytes, at);
      const isWanted = parseJson(bytes.subarray(at, end)) === wanted;
      if (isWanted && this.#list !== undefined) throw new Unknown();
      at = afterBlanks(bytes, end);
      if (bytes[at] !== COLON) throw new Unknown();
      at = afterBlanks(bytes, at + 1);
      at = afterBlanks(bytes, isWanted ? this.#follow(at, depth + 1) : this.#pass(at));
      if (bytes[at] === CLOSE_OBJECT) return at + 1;
      if (bytes[at] !== COMMA) throw new Unknown();
      at = afterBlanks(bytes, at + 1);
    }
  }

  #elements(open: number, depth: number, wanted: number): number {
    const bytes = this.#bytes;
    let at = open;
    for (let index = 0; ; index += 1) {
      at = afterBlanks(bytes, at + 1);
      at = afterBlanks(bytes, index === wanted ? this.#follow(at, depth + 1) : this.#pass(at));
      if (bytes[at] === CLOSE_LIST) return at + 1;
      if (bytes[at] !== COMMA) throw new Unknown();
    }
  }

  /** Checks a value that is not looked for; where it ends. */
  #pass(at: number): number {
    const end = endOfValue(this.#bytes, at);
    parseJson(this.#bytes.subarray(at, end));
    return end;
  }
}

function afterBlanks(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) {
    at += 1;
  }
  return at;
}

/** Where the value that begins at a position ends, if it is one. */
function endOfValue(bytes: Uint8Array, start: number): number {
  const { length } = bytes;
  let depth = 0;
  for (let at = start; at < length; at += 1) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      at = closingQuote(bytes, at);
      if (depth === 0) return at + 1;
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) depth += 1;
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      if (depth === 0) return at;
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (depth === 0 && (byte === COMMA || byte <= 0x20)) return at;
  }
  return length;
}

function closingQuote(bytes: Uint8Array, open: number): number {
  let at = open + 1;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}
