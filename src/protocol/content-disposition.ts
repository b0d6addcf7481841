import { fieldText } from "./field-text.ts";

/** What a Content-Disposition field says. */
export interface ContentDisposition {
  /** `attachment`, `inline` or another, in small letters; "" where the field begins with a parameter. */
  readonly type: string;
  /**
   * Lower-case names, the first of each. An extended parameter stands under its own name (`filename*`) as
   * it was sent, and decoded under the plain one, before a plain parameter of that name.
   */
  readonly parameters: ReadonlyMap<string, string>;
}

/** More than any honest server sends; what follows is ignored. */
const LONGEST_FIELD = 16_384;
const MOST_PARAMETERS = 100;

/**
 * Reads a Content-Disposition field (RFC 6266 §4, extended values as in RFC 8187), lenient where browsers
 * are: a token goes on to the next semicolon, blanks and commas included; text after a closing quote is
 * ignored, a quote that stays open ends the reading. Never throws. The values are a server's words:
 * only `safeFileName` makes a file name of one.
 */
export function parseContentDisposition(field: string): ContentDisposition {
  const text = field.slice(0, LONGEST_FIELD);
  const plain = new Map<string, string>();
  const decoded = new Map<string, string>();
  let position = endOfToken(text, 0);
  const type = text.slice(0, position).trim().toLowerCase();
  while (position < text.length && plain.size < MOST_PARAMETERS) {
    const end = endOfToken(text, position + 1);
    const segment = text.slice(position + 1, end);
    const equals = segment.indexOf("=");
    const start = afterBlanks(text, position + 1 + equals + 1);
    position = end;
    // A parameter without a value is none.
    if (equals === -1) continue;
    const name = trimmed(segment.slice(0, equals)).toLowerCase();
    const isQuoted = text[start] === '"';
    let content = trimmed(text.slice(start, end));
    if (isQuoted) {
      const quoted = quotedAt(text, start + 1);
      if (quoted === undefined) break;
      content = quoted.text;
      position = endOfToken(text, quoted.end);
    }
    if (name === "" || plain.has(name)) continue;
    plain.set(name, content);
    const meant = name.endsWith("*") && !isQuoted ? decodeExtended(content) : undefined;
    if (meant !== undefined) decoded.set(name.slice(0, -1), meant);
  }
  return { type, parameters: new Map([...plain, ...decoded]) };
}

/**
 * The file name that a Content-Disposition field suggests, or undefined where it suggests none. A plain
 * `filename` whose characters are the bytes of UTF-8 is read as such, as browsers do.
 */
export function suggestedFileName(field: string | undefined): string | undefined {
  if (field === undefined) return undefined;
  const name = parseContentDisposition(field).parameters.get("filename");
  return name === undefined || name === "" ? undefined : fieldText(name);
}

function endOfToken(text: string, from: number): number {
  const end = text.indexOf(";", from);
  return end === -1 ? text.length : end;
}

function afterBlanks(text: string, from: number): number {
  let position = from;
  while (text[position] === " " || text[position] === "\t") position += 1;
  return position;
}

/** Without outer blanks of HTTP; `trim` would take a no-break space, which names may have. */
function trimmed(text: string): string {
  return text.replace(/^[ \t]+/, "").replace(/(?<![ \t])[ \t]+$/, "");
}

/** The text up to the closing quote, escapes undone, and where it ends; undefined where it stays open. */
function quotedAt(text: string, from: number): { text: string; end: number } | undefined {
  const pieces: string[] = [];
  let position = from;
  while (position < text.length) {
    const character = text[position]!;
    if (character === '"') return { text: pieces.join(""), end: position + 1 };
    if (character === "\\") position += 1;
    pieces.push(text[position] ?? "");
    position += 1;
  }
  return undefined;
}

/** `UTF-8'en'%e2%82%ac` as text (RFC 8187 §3.2, Latin-1 as in its predecessor), or undefined where it is none. */
function decodeExtended(value: string): string | undefined {
  const match = /^(utf-?8|iso-8859-1)'[^']*'((?:[^%]|%[0-9a-f]{2})*)$/i.exec(value);
  if (match === null) return undefined;
  const [, charset, encoded] = match as unknown as [string, string, string];
  if (charset.toLowerCase() === "iso-8859-1") {
    return encoded.replace(/%(..)/g, (_triplet, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  }
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}
