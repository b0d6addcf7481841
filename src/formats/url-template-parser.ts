import { UsageError } from "../core/usage-error.ts";
import { encodeReserved } from "./percent-encoding.ts";

/** How an operator writes its variables (RFC 6570, appendix A). */
export interface Operator {
  readonly first: string;
  readonly separator: string;
  readonly named: "yes" | "no";
  /** What follows the name of an empty value. */
  readonly ifEmpty: string;
  readonly allow: "unreserved" | "reserved";
}

/** One variable of an expression, with its modifier. */
export interface Variable {
  readonly name: string;
  /** The name without percent-encoding, where that differs. */
  readonly decodedName: string | undefined;
  readonly explode: boolean;
  readonly prefix: number | undefined;
}

/** What stands between two braces. */
export interface Expression {
  readonly operator: Operator;
  readonly variables: readonly Variable[];
}

const SIMPLE: Operator = {
  first: "",
  separator: ",",
  named: "no",
  ifEmpty: "",
  allow: "unreserved",
};

const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ["+", { ...SIMPLE, allow: "reserved" }],
  ["#", { ...SIMPLE, first: "#", allow: "reserved" }],
  [".", { ...SIMPLE, first: ".", separator: "." }],
  ["/", { ...SIMPLE, first: "/", separator: "/" }],
  [";", { ...SIMPLE, first: ";", separator: ";", named: "yes" }],
  ["?", { ...SIMPLE, first: "?", separator: "&", named: "yes", ifEmpty: "=" }],
  ["&", { ...SIMPLE, first: "&", separator: "&", named: "yes", ifEmpty: "=" }],
]);

const NAME = /^(?:\w|%[0-9A-Fa-f]{2})+(?:\.(?:\w|%[0-9A-Fa-f]{2})+)*$/;

/**
 * The literals (already encoded as RFC 6570 §3.1 says) and expressions of a template; `columns` are
 * further names that may stand as they are.
 * @throws UsageError with the position of the fault, counted from 1.
 */
export function parseUrlTemplate(
  text: string,
  columns: ReadonlySet<string>,
): readonly (string | Expression)[] {
  const parts: (string | Expression)[] = [];
  let position = 0;
  while (position < text.length) {
    const open = text.indexOf("{", position);
    const literal = text.slice(position, open === -1 ? text.length : open);
    const stray = literal.indexOf("}");
    if (stray !== -1) throw fault(text, position + stray, "a } that closes nothing");
    if (literal !== "") parts.push(encodeReserved(literal));
    if (open === -1) break;
    const close = text.indexOf("}", open);
    if (close === -1) throw fault(text, open, "a { that is never closed");
    parts.push(parseExpression(text, open, close, columns));
    position = close + 1;
  }
  return parts;
}

function parseExpression(
  text: string,
  open: number,
  close: number,
  columns: ReadonlySet<string>,
): Expression {
  const body = text.slice(open + 1, close);
  if (columns.has(body) && !OPERATORS.has(body[0]!) && !/[,:*|]/.test(body)) {
    return { operator: SIMPLE, variables: [variableOf(body)] };
  }
  const operator = OPERATORS.get(body[0] ?? "");
  const variables: Variable[] = [];
  let start = open + (operator === undefined ? 1 : 2);
  for (const spec of text.slice(start, close).split(",")) {
    variables.push(parseVariable(text, start, spec, columns));
    start += spec.length + 1;
  }
  return { operator: operator ?? SIMPLE, variables };
}

function parseVariable(
  text: string,
  start: number,
  spec: string,
  columns: ReadonlySet<string>,
): Variable {
  if (spec.endsWith("*")) {
    const name = checkedName(text, start, spec.slice(0, -1), columns);
    return { ...variableOf(name), explode: true };
  }
  const colon = spec.indexOf(":");
  if (colon === -1) return variableOf(checkedName(text, start, spec, columns));
  const name = checkedName(text, start, spec.slice(0, colon), columns);
  const length = spec.slice(colon + 1);
  if (!/^[1-9]\d{0,3}$/.test(length)) {
    throw fault(text, start + colon, `after "${name}:" a length from 1 to 9999 must follow`);
  }
  return { ...variableOf(name), prefix: Number(length) };
}

function checkedName(
  text: string,
  start: number,
  name: string,
  columns: ReadonlySet<string>,
): string {
  if (NAME.test(name) || (columns.has(name) && name !== "")) return name;
  if (name === "") throw fault(text, start, "a variable without a name");
  if (name.includes("{")) throw fault(text, start + name.indexOf("{"), "a { within braces");
  if (name.includes("|")) {
    throw fault(
      text,
      start + name.indexOf("|"),
      "filters are for headers, bodies and file names, not for URLs",
    );
  }
  throw fault(text, start, `"${name}" is not a variable's name; write it {${encodedName(name)}}`);
}

function variableOf(name: string): Variable {
  return { name, decodedName: decodedName(name), explode: false, prefix: undefined };
}

/** A name without its percent-encoding; undefined where it has none, or none that is UTF-8. */
export function decodedName(name: string): string | undefined {
  if (!name.includes("%")) return undefined;
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}

/** A name as RFC 6570 allows it: percent-encoded where it is not. */
export function encodedName(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replace(
    /[!'()*~-]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function fault(text: string, position: number, what: string): UsageError {
  return new UsageError(`in the URL template ${text} at character ${position + 1}: ${what}`);
}
