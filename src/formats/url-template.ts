import { UsageError } from "../core/usage-error.ts";
import { encodeReserved, encodeUnreserved } from "./percent-encoding.ts";
import {
  decodedName,
  parseUrlTemplate,
  type Expression,
  type Variable,
} from "./url-template-parser.ts";
import { valueText } from "./value-text.ts";

/** A URL with places for a row's values (RFC 6570, all four levels). */
export interface UrlTemplate {
  readonly text: string;
  /** Names of its variables as written, in order, each once. */
  readonly variables: readonly string[];
  /**
   * Whether a variable stands in scheme, host or port, so that a row may choose them. A relative
   * template is judged by its own text: compare the origin after resolving it.
   */
  readonly hostVariables: "none" | "some";
  /**
   * The URL for one row. A name that the lookup does not know is tried again percent-decoded; null
   * and undefined are left out, as are empty lists and objects.
   * @throws UsageError where a prefix (`{name:3}`) meets a list or an object, or where the values would
   * lengthen or replace a host that is not theirs to choose (`https://a.example{/x}{y}` without x).
   */
  expand(lookup: (name: string) => unknown): string;
}

/** What a template may be told of the rows it will meet. */
export interface UrlTemplateOptions {
  /** Column headers: one that is no RFC 6570 name (`first name`) may then be written as it is. @default none */
  readonly columns?: readonly string[];
}

/**
 * Reads a URL template once, so that expanding it costs little. A column header that RFC 6570 does
 * not allow as a name is written percent-encoded (`{first%20name}`), or as it is where `columns`
 * lists it and it holds none of the template's own signs.
 * @throws UsageError for a malformed template, with the position of the fault.
 */
export function compileUrlTemplate(text: string, options: UrlTemplateOptions = {}): UrlTemplate {
  const parts = parseUrlTemplate(text, new Set(options.columns ?? []));
  const variables = new Set<string>();
  for (const part of parts) {
    if (typeof part !== "string")
      for (const variable of part.variables) variables.add(variable.name);
  }
  const { hostVariables, checkedLength } = hostOfTemplate(parts);
  return {
    text,
    variables: [...variables],
    hostVariables,
    expand(lookup) {
      let url = "";
      for (const part of parts) url += typeof part === "string" ? part : expanded(part, lookup);
      if (checkedLength !== undefined && !/^(?:[/?#]|$)/.test(url.slice(checkedLength))) {
        throw new UsageError(
          `with this row's values the URL template ${text} would change its host`,
        );
      }
      return url;
    },
  };
}

/** The column that a template's variable means: the one of that name, or of the name percent-decoded. */
export function columnOfVariable(variable: string, columns: readonly string[]): string | undefined {
  if (columns.includes(variable)) return variable;
  const decoded = decodedName(variable);
  return decoded !== undefined && columns.includes(decoded) ? decoded : undefined;
}

/** One expression's text for one row (RFC 6570 §3.2.1). */
function expanded(expression: Expression, lookup: (name: string) => unknown): string {
  const { operator } = expression;
  let text = "";
  let separator = operator.first;
  for (const variable of expression.variables) {
    let value = lookup(variable.name);
    if (value === undefined && variable.decodedName !== undefined)
      value = lookup(variable.decodedName);
    if (value === undefined || value === null) continue;
    const piece =
      typeof value === "object"
        ? composite(value, variable, expression)
        : simple(valueText(value), variable, expression);
    if (piece === undefined) continue;
    text += separator + piece;
    separator = operator.separator;
  }
  return text;
}

function simple(value: string, variable: Variable, { operator }: Expression): string {
  const encode = operator.allow === "reserved" ? encodeReserved : encodeUnreserved;
  const text = encode(
    variable.prefix === undefined ? value : firstCharacters(value, variable.prefix),
  );
  if (operator.named === "no") return text;
  if (text === "") return variable.name + operator.ifEmpty;
  return `${variable.name}=${text}`;
}

/**
 * A list's or an object's text, or undefined where nothing in it is defined. RFC 6570 knows no deeper
 * nesting: what is inside is written as JSON.
 */
function composite(
  value: object,
  variable: Variable,
  { operator }: Expression,
): string | undefined {
  if (variable.prefix !== undefined) {
    throw new UsageError(
      `{${variable.name}:${variable.prefix}} takes the first characters of a text, but the value is ${Array.isArray(value) ? "a list" : "an object"}`,
    );
  }
  const encode = operator.allow === "reserved" ? encodeReserved : encodeUnreserved;
  const pieces: string[] = [];
  const named = operator.named === "yes";
  if (Array.isArray(value)) {
    for (const item of value) {
      if (item === null || item === undefined) continue;
      const text = encode(valueText(item));
      if (!variable.explode || !named) pieces.push(text);
      else pieces.push(text === "" ? variable.name + operator.ifEmpty : `${variable.name}=${text}`);
    }
  } else {
    for (const [key, item] of value instanceof Map ? value : Object.entries(value)) {
      if (item === null || item === undefined) continue;
      const text = encode(valueText(item));
      const encodedKey = encode(String(key));
      if (!variable.explode) pieces.push(encodedKey, text);
      else
        pieces.push(named && text === "" ? encodedKey + operator.ifEmpty : `${encodedKey}=${text}`);
    }
  }
  if (pieces.length === 0) return undefined;
  if (variable.explode) return pieces.join(operator.separator);
  return named ? `${variable.name}=${pieces.join(",")}` : pieces.join(",");
}

/** The first `count` code points of a text (RFC 6570 §2.4.1 counts characters, not units). */
function firstCharacters(text: string, count: number): string {
  let end = 0;
  for (let taken = 0; taken < count && end < text.length; taken += 1) {
    end += text.codePointAt(end)! > 0xffff ? 2 : 1;
  }
  return text.slice(0, end);
}

/** Whether scheme, host and port are the template's own text, and up to where. */
function hostOfTemplate(parts: readonly (string | Expression)[]): {
  readonly hostVariables: "none" | "some";
  /** Length of the scheme and host after which every expansion must go on with `/`, `?`, `#` or end. */
  readonly checkedLength: number | undefined;
} {
  const first = typeof parts[0] === "string" ? parts[0] : "";
  const next = typeof parts[0] === "string" ? parts[1] : parts[0];
  if (next === undefined) return { hostVariables: "none", checkedLength: undefined };
  const delimits = typeof next !== "string" && /^[/?#]/.test(next.operator.first);
  // Beware: the URL parser skips further slashes, so in `https:///{x}` the variable is the host.
  const absolute = /^(?:[a-z][a-z0-9+.-]*:)?\/\/[^/?#]+([/?#])?/i.exec(first);
  if (absolute !== null) {
    if (absolute[1] !== undefined) return { hostVariables: "none", checkedLength: undefined };
    // `https://a.example{+path}` means a path: only after a part of a host may it be the rest of it.
    const isPath = typeof next !== "string" && next.operator.allow === "reserved";
    if (delimits || (isPath && !/[.:@-]$/.test(first))) {
      return { hostVariables: "none", checkedLength: first.length };
    }
    return { hostVariables: "some", checkedLength: undefined };
  }
  // A relative reference, unless what stands before the first variable could begin a scheme or host.
  const relative = first === "" ? delimits : /^(?!\/\/)[^:]*[/?#]/.test(first);
  return { hostVariables: relative ? "none" : "some", checkedLength: undefined };
}
