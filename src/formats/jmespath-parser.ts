import { compileCall, type Argument } from "./jmespath-call.ts";
import { FUNCTIONS } from "./jmespath-functions.ts";
import * as query from "./jmespath-queries.ts";
import type { Query } from "./jmespath-queries.ts";
import { notJmespath, type Token } from "./jmespath-tokens.ts";
import { didYouMean } from "./nearest.ts";
import { isTrue } from "./truth.ts";

/** How strongly a sign holds on to what stands before it; the others end an expression. */
const POWER = new Map([
  ...Object.entries({ "|": 1, "||": 2, "&&": 3, "[]": 9, "[?": 21, ".": 40, "[": 55 }),
  ...["==", "!=", "<", "<=", ">", ">="].map((sign) => [sign, 5] as const),
]);
/** What is weaker than this ends a projection. */
const PROJECTION_ENDS = 10;
const STAR = 20;
const NOT = 45;

/** Deeper and longer than anybody writes, and what the stack holds. */
const DEEPEST = 200;
const LONGEST = 2000;

/**
 * Makes one function of an expression's tokens (jmespath.org, grammar of 2015) by precedence climbing
 * (Pratt, "Top Down Operator Precedence", 1973). A projection is a function too: it maps the rest of the
 * expression over its items.
 */
export class JmespathParser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  /** A parser of these tokens; `text` is the expression as written, for messages. */
  constructor(text: string, tokens: readonly Token[]) {
    this.#text = text;
    this.#tokens = tokens;
  }

  /** The whole expression as a function. @throws UsageError with the position where it is none. */
  parse(): Query {
    if (this.#tokens.length > LONGEST) throw this.#fault("it is too long", this.#tokens[LONGEST]!);
    const whole = this.#expression(0);
    if (this.#next.kind !== "end") throw this.#unexpected();
    return whole;
  }

  get #next(): Token {
    return this.#tokens[this.#at]!;
  }

  #expression(power: number): Query {
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw this.#fault("it is nested too deeply", this.#next);
    let left = this.#beginning();
    while (powerOf(this.#next) > power) left = this.#continuation(left);
    this.#depth -= 1;
    return left;
  }

  #beginning(): Query {
    const token = this.#next;
    const { kind } = token;
    if (kind === "[?" || kind === "[]") return this.#continuation(query.current);
    if (kind === "[") return this.#brackets(query.current) ?? this.#list();
    if (kind === "{") return this.#hash();
    this.#skip();
    if (kind === "*") return query.project(query.current, query.members, this.#rest(STAR));
    if (kind === "name" && this.#next.kind === "(") return this.#call(token);
    if (kind === "name" || kind === "quoted name") return query.member(token.value as string);
    if (kind === "literal") return () => token.value;
    if (kind === "@") return query.current;
    if (kind === "!") {
      const negated = this.#expression(NOT);
      return (value) => !isTrue(negated(value));
    }
    if (kind !== "(") throw this.#unexpected("", token);
    const inner = this.#expression(0);
    this.#expect(")");
    return inner;
  }

  #continuation(left: Query): Query {
    const token = this.#next;
    const power = powerOf(token);
    if (token.kind === "[") {
      const part = this.#brackets(left);
      if (part === undefined) throw this.#unexpected("a number, : or *", this.#after(1));
      return part;
    }
    this.#skip();
    if (token.kind === "[]") return query.project(left, query.flattened, this.#rest(power));
    if (token.kind === "[?") {
      const condition = this.#expression(0);
      this.#expect("]");
      return query.project(left, query.filtered(condition), this.#rest(power));
    }
    if (token.kind === "." && this.#next.kind === "*") {
      this.#skip();
      return query.project(left, query.members, this.#rest(power));
    }
    const right = token.kind === "." ? this.#afterDot(power) : this.#expression(power);
    return query.JOINS.get(token.kind)!(left, right);
  }

  #afterDot(power: number): Query {
    const { kind } = this.#next;
    if (kind === "[") return this.#list();
    if (kind === "{") return this.#hash();
    if (kind === "name" || kind === "quoted name" || kind === "*") return this.#expression(power);
    throw this.#unexpected("a name");
  }

  /** What a projection maps over its items. */
  #rest(power: number): Query {
    if (powerOf(this.#next) < PROJECTION_ENDS) return query.current;
    if (this.#next.kind !== ".") return this.#expression(power);
    this.#skip();
    return this.#afterDot(power);
  }

  /** `[0]`, `[1:2:3]` or `[*]`; undefined where it is none of these. */
  #brackets(left: Query): Query | undefined {
    const [first, second] = [this.#after(1), this.#after(2)];
    if (first.kind === "*" && second.kind === "]") {
      this.#skip(3);
      return query.project(left, query.elements, this.#rest(STAR));
    }
    if (first.kind !== ":" && first.kind !== "number") return undefined;
    this.#skip();
    if (first.kind === ":" || second.kind === ":") return this.#slice(left);
    this.#skip();
    this.#expect("]");
    const part = query.element(first.value as number);
    return (value) => part(left(value));
  }

  #slice(left: Query): Query {
    const bounds: (number | undefined)[] = [];
    while (bounds.length < 3) {
      const token = this.#next;
      if (token.kind === "number") this.#skip();
      bounds.push(token.kind === "number" ? (token.value as number) : undefined);
      if (bounds.length === 3 && bounds[2] === 0) {
        throw this.#fault("a slice's step cannot be 0", token);
      }
      if (this.#next.kind !== ":" || bounds.length === 3) break;
      this.#skip();
    }
    this.#expect("]");
    return query.project(left, query.slice(...bounds), this.#rest(STAR));
  }

  #list(): Query {
    return query.listOf(this.#separated("]", () => this.#expression(0)));
  }

  #hash(): Query {
    const named = (): readonly [string, Query] => {
      const { kind, value } = this.#next;
      if (kind !== "name" && kind !== "quoted name") throw this.#unexpected("a name");
      this.#skip();
      this.#expect(":");
      return [value as string, this.#expression(0)];
    };
    return query.hashOf(this.#separated("}", named));
  }

  #call(token: Token): Query {
    const name = token.value as string;
    const called = FUNCTIONS.get(name);
    if (called === undefined) {
      const hint = didYouMean(name, FUNCTIONS.keys());
      throw this.#fault(`it calls ${name}(), which JMESPath does not have,`, token, hint);
    }
    const argument = (): Argument => {
      const kind = this.#next.kind === "&" ? "&expression" : "value";
      if (kind === "&expression") this.#skip();
      return { kind, query: this.#expression(0) };
    };
    let given: readonly Argument[] = [];
    if (this.#after(1).kind === ")") this.#skip(2);
    else given = this.#separated(")", argument);
    const call = compileCall(name, called, given);
    if (typeof call === "string") throw this.#fault(call, token);
    return call;
  }

  /** One or more, from an opening bracket to its end, with commas between. */
  #separated<Part>(end: string, read: () => Part): readonly Part[] {
    const parts: Part[] = [];
    do {
      this.#skip();
      parts.push(read());
    } while (this.#next.kind === ",");
    this.#expect(end);
    return parts;
  }

  #after(count: number): Token {
    return this.#tokens[Math.min(this.#at + count, this.#tokens.length - 1)]!;
  }

  #skip(count = 1): void {
    // Beware: nothing comes after the end.
    this.#at = Math.min(this.#at + count, this.#tokens.length - 1);
  }

  #expect(kind: string): void {
    if (this.#next.kind !== kind) throw this.#unexpected(kind);
    this.#skip();
  }

  #unexpected(wanted = "", token = this.#next): Error {
    const hint = wanted === "" ? "" : `; ${wanted} is expected`;
    return this.#fault(`it has ${token.text}`, token, hint);
  }

  #fault(what: string, { position }: Token, hint = ""): Error {
    return notJmespath(this.#text, what, position, hint);
  }
}

function powerOf(token: Token): number {
  return POWER.get(token.kind) ?? 0;
}
