import { readTokens, type Token } from "./jmespath-tokens.ts";

/** How a value is made up. */
export interface ValueOptions {
  /** What stands at the end of a path, by its last name and its number among its like. */
  readonly leaf: (name: string, item: number) => unknown;
  /** Items of each list. */
  readonly items: number;
}

/**
 * Makes up JSON in which an expression finds something: `a.b[0]` in `{a: {b: [leaf]}}`, `a[*].{x: y}` in a list
 * of objects with `y`. Undefined for an expression that asks for more than members, places, lists and equal
 * texts, and for `css:`.
 */
export function valueFor(expression: string, options: ValueOptions): unknown {
  const text = expression.trim().replace(/^\$/, "");
  if (text.startsWith("css:")) return undefined;
  try {
    return new Builder(text === "" ? [END] : readTokens(text), options).whole()(0);
  } catch (error) {
    if (error instanceof Unsupported) return undefined;
    throw error;
  }
}

/** Both values in one: members and items of both, a leaf where only one has more. */
export function mergedValue(one: unknown, other: unknown): unknown {
  if (one === undefined || other === undefined) return one ?? other;
  if (Array.isArray(one) && Array.isArray(other)) {
    const length = Math.max(one.length, other.length);
    return Array.from({ length }, (_, index) => mergedValue(one[index], other[index]));
  }
  if (isObject(one) && isObject(other)) {
    const names = new Set([...Object.keys(one), ...Object.keys(other)]);
    return Object.fromEntries(
      [...names].map((name) => [name, mergedValue(one[name], other[name])]),
    );
  }
  return typeof other === "object" && typeof one !== "object" ? other : one;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

class Unsupported extends Error {}

/** Makes the value for an item; lists number their items over all lists. */
type Build = (item: number) => unknown;

const END: Token = { kind: "end", value: undefined, position: 0, text: "" };
/** What ends a part of an expression. */
const ENDS: ReadonlySet<string> = new Set(["end", "}", ",", "]", "=="]);

class Builder {
  readonly #tokens: readonly Token[];
  readonly #options: ValueOptions;
  #at = 0;

  constructor(tokens: readonly Token[], options: ValueOptions) {
    this.#tokens = tokens;
    this.#options = options;
  }

  whole(): Build {
    const build = this.#path("", this.#options.leaf);
    if (this.#next.kind !== "end") throw new Unsupported();
    return build;
  }

  get #next(): Token {
    return this.#tokens[this.#at] ?? END;
  }

  #take(kind?: string): Token {
    const token = this.#next;
    if (kind !== undefined && token.kind !== kind) throw new Unsupported();
    this.#at += 1;
    return token;
  }

  /** What is left of a path; `name` is the last name before it. */
  #path(name: string, leaf: ValueOptions["leaf"]): Build {
    const { kind } = this.#next;
    if (ENDS.has(kind)) return (item) => leaf(name, item);
    const token = this.#take();
    if (kind === "." || kind === "|" || kind === "@") return this.#path(name, leaf);
    if (kind === "name" || kind === "quoted name") {
      if (this.#next.kind === "(") throw new Unsupported();
      const key = token.value as string;
      const inner = this.#path(key, leaf);
      return (item) => Object.fromEntries([[key, inner(item)]]);
    }
    if (kind === "[]") return this.#each(this.#path(name, leaf));
    if (kind === "[?") return this.#filtered(name, leaf);
    if (kind === "[") return this.#bracket(name, leaf);
    if (kind === "{") return this.#hash(leaf);
    throw new Unsupported();
  }

  #each(inner: Build): Build {
    const { items } = this.#options;
    return (list) => Array.from({ length: items }, (_, index) => inner(list * items + index));
  }

  #bracket(name: string, leaf: ValueOptions["leaf"]): Build {
    const first = this.#take();
    if (first.kind === "*" || first.kind === ":") return this.#slice(name, leaf);
    if (first.kind !== "number") throw new Unsupported();
    if (this.#next.kind === ":") return this.#slice(name, leaf);
    this.#take("]");
    const index = first.value as number;
    const inner = this.#path(name, leaf);
    const length = index < 0 ? -index : index + 1;
    return (item) => Array.from({ length }, () => inner(item));
  }

  #slice(name: string, leaf: ValueOptions["leaf"]): Build {
    while (this.#next.kind === ":" || this.#next.kind === "number") this.#take();
    this.#take("]");
    return this.#each(this.#path(name, leaf));
  }

  /** `[?kind == 'x']`: the items are of that kind. */
  #filtered(name: string, leaf: ValueOptions["leaf"]): Build {
    const at = this.#at;
    this.#path("", leaf);
    this.#take("==");
    const wanted = this.#take("literal").value;
    this.#take("]");
    const after = this.#at;
    this.#at = at;
    const condition = this.#path("", () => wanted);
    this.#at = after;
    const inner = this.#path(name, leaf);
    return this.#each((item) => mergedValue(inner(item), condition(item)));
  }

  #hash(leaf: ValueOptions["leaf"]): Build {
    const parts: Build[] = [];
    do {
      if (parts.length > 0) this.#take(",");
      const { kind, value } = this.#take();
      if (kind !== "name" && kind !== "quoted name") throw new Unsupported();
      this.#take(":");
      parts.push(this.#path(value as string, (own, item) => leaf(own || (value as string), item)));
    } while (this.#next.kind === ",");
    this.#take("}");
    if (!ENDS.has(this.#next.kind)) throw new Unsupported();
    return (item) => parts.map((part) => part(item)).reduce(mergedValue, undefined);
  }
}
