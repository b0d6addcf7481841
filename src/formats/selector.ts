import { UsageError } from "../core/usage-error.ts";
import { createDocument, type Document } from "./document.ts";
import { followPath, parseFieldPath } from "./field-path.ts";
import { jsonList } from "./json-list.ts";
import { isTrue } from "./truth.ts";

export { createDocument, type Document };

/** What to take from an answer. */
export interface Selector {
  readonly text: string;
  /** What its column is called unless the user says otherwise: the last name of the path. */
  readonly name: string;
  /**
   * The selected value; null where there is none.
   * @throws JsonError where the expression is for JSON and the body is none; SelectError where the value
   * does not fit the expression.
   */
  select(document: Document): unknown;
  /**
   * The items of the list that it selects from the bytes of an answer, one after the other; undefined where they
   * cannot be told one by one. @throws as `select`
   */
  readonly items?: ((bytes: Uint8Array) => Iterable<unknown> | undefined) | undefined;
}

/** A question about an answer. */
export interface Condition {
  readonly text: string;
  /** Whether the selected value is true as JMESPath has it: not null, false, or an empty text, list or object. @throws as `Selector.select` */
  holds(document: Document): boolean;
}

/**
 * Reads an expression: JMESPath, JSONPath where it begins with `$`, a CSS selector for HTML after
 * `css:`. The library for each is loaded when first needed; a plain path (`a.b[0].c`) needs none.
 * @throws UsageError in one sentence for an expression that is none.
 */
export async function compileSelector(text: string): Promise<Selector> {
  const expression = text.trim();
  if (expression === "")
    throw new UsageError("an expression is empty; write for example data.name");
  const name = nameOfExpression(expression);
  if (expression.startsWith("css:")) {
    const { compileCss } = await import("./css-query.ts");
    return { text, name, select: compileCss(expression.slice("css:".length)) };
  }
  if (text.startsWith("$")) {
    const { compileJsonpath } = await import("./jsonpath.ts");
    // RFC 9535 allows no white space around a query: it gets the text as it was written.
    const query = compileJsonpath(text);
    return { text, name, select: (document) => query(document.json()) };
  }
  const steps = parseFieldPath(expression);
  if (steps !== undefined) {
    const items = (bytes: Uint8Array): Iterable<unknown> | undefined => jsonList(bytes, steps);
    return { text, name, select: (document) => followPath(steps, document.json()), items };
  }
  const { compileJmespath } = await import("./jmespath.ts");
  const query = compileJmespath(expression);
  const items = projectionItems(expression, compileJmespath);
  return { text, name, select: (document) => query(document.json()), items };
}

/** `a.b[*]`, and what it takes of each element: a path, or members without a text that could hold a brace. */
const PROJECTION = /^(.*?)\[\*\](?:\.([\w.[\]-]+|\{[^{}'"`]*\}))?$/s;

/** The items of a projection (`results[*].{id: id}`), which JMESPath leaves out where they are null. */
function projectionItems(
  expression: string,
  compile: (text: string) => (value: unknown) => unknown,
): Selector["items"] {
  if (expression === "@") return (bytes) => jsonList(bytes, []);
  const [, before, taken] = PROJECTION.exec(expression) ?? [];
  const path = before === "" || before === "@" ? [] : parseFieldPath(before ?? ".");
  const isPath = taken === undefined || taken.startsWith("{") || parseFieldPath(taken);
  if (path === undefined || isPath === undefined) return undefined;
  const take = taken === undefined ? (item: unknown) => item : compile(taken);
  return (bytes) => {
    const list = jsonList(bytes, path);
    return (
      list && {
        *[Symbol.iterator]() {
          for (const item of list) {
            const value = take(item);
            if (value !== null) yield value;
          }
        },
      }
    );
  };
}

/**
 * Reads a condition such as `` status!=`OK` ``, in any of the languages of `compileSelector`.
 * @throws UsageError in one sentence for an expression that is none.
 */
export async function compileCondition(text: string): Promise<Condition> {
  const selector = await compileSelector(text);
  return { text, holds: (document) => isTrue(selector.select(document)) };
}

/** The last name of a path, the attribute of `::attr(N)`, or the expression itself. */
export function nameOfExpression(expression: string): string {
  if (expression.startsWith("css:")) {
    return (
      /::attr\(\s*([^\s()]+)\s*\)\s*$/.exec(expression)?.[1] ??
      expression.slice("css:".length).trim()
    );
  }
  if (!/^[$@]?(?:[\w.*:\u0080-\uffff-]|\[[^\]]*\]|"[^"]*")*$/.test(expression)) return expression;
  const path = expression.replace(/(?:\[[-\d:*]*\]|\.\*)+$/, "");
  const last = /(?:^|[.[])(?:([\p{L}_][\p{L}\p{N}_]*)|"([^"]+)"\]?|'([^']+)'\])$/u.exec(path);
  return last?.[1] ?? last?.[2] ?? last?.[3] ?? expression;
}
