/** The parameters behind a link's `>`, and where the next link may begin. */
export interface LinkParameters {
  /** Lower-case names, the first of each name; `name*` decoded under `name`, before a plain `name`. */
  readonly parameters: Map<string, string>;
  readonly end: number;
}

/**
 * Reads `; name=value; name="value"` up to a comma outside quotes or the end (RFC 8288, Appendix B.3),
 * lenient as it says: values may miss, quotes may stay open.
 */
export function readParameters(text: string, from: number): LinkParameters {
  const parameters = new Map<string, string>();
  const decoded = new Map<string, string>();
  let position = from;
  while (position < text.length && text[position] !== ",") {
    if (text[position] === ";" || isSpace(text[position])) {
      position += 1;
      continue;
    }
    const nameEnd = endOfToken(text, position, "=;,");
    const name = text.slice(position, nameEnd).trimEnd().toLowerCase();
    position = nameEnd;
    let value = "";
    if (text[position] === "=") {
      position += 1;
      while (isSpace(text[position])) position += 1;
      if (text[position] === '"') [value, position] = readQuoted(text, position + 1);
      else {
        const valueEnd = endOfToken(text, position, ";,");
        value = text.slice(position, valueEnd).trimEnd();
        position = valueEnd;
      }
    }
    if (name.endsWith("*")) {
      const plain = decodeExtended(value);
      if (plain !== undefined && !decoded.has(name.slice(0, -1))) {
        decoded.set(name.slice(0, -1), plain);
      }
    } else if (name !== "" && !parameters.has(name)) parameters.set(name, value);
  }
  for (const [name, value] of decoded) {
    // Relations and anchors have no such form; a server must not change them by one.
    if (name !== "rel" && name !== "anchor") parameters.set(name, value);
  }
  return { parameters, end: position };
}

function isSpace(character: string | undefined): boolean {
  return character === " " || character === "\t";
}

function endOfToken(text: string, from: number, stops: string): number {
  let position = from;
  while (position < text.length && !stops.includes(text[position]!)) position += 1;
  return position;
}

/** The text up to the closing quote, escapes undone, and the position after it. */
function readQuoted(text: string, from: number): [string, number] {
  let value = "";
  let position = from;
  while (position < text.length && text[position] !== '"') {
    if (text[position] === "\\") position += 1;
    value += text[position] ?? "";
    position += 1;
  }
  return [value, position + 1];
}

/** `UTF-8'en'%e2%82%ac` as text (RFC 8187 §3.2), or undefined where it is not such a value. */
function decodeExtended(value: string): string | undefined {
  const [charset, , ...rest] = value.split("'");
  if (charset?.toLowerCase() !== "utf-8" || rest.length !== 1) return undefined;
  try {
    return decodeURIComponent(rest[0]!);
  } catch {
    return undefined;
  }
}
