import type { HttpResponse } from "../core/response.ts";
import { UsageError } from "../core/usage-error.ts";
import { createDocument, type Document } from "../formats/document.ts";
import { shapeOf } from "../formats/json-shape.ts";
import { formatDuration, parseStatusSet } from "../formats/quantity.ts";
import { compileCondition, type Selector } from "../formats/selector.ts";
import { isTrue } from "../formats/truth.ts";
import { createDriftAlarm } from "../policy/drift-alarm.ts";
import type { AnswerRule, RuleVerdict } from "./answer-rules.ts";

/** Of which answers a rule speaks: those for which all that is given holds. */
export interface RuleCondition {
  /** `429,5xx` */
  readonly status?: string | undefined;
  /** Field names, and what the value is or contains between `*`: `*` is any value. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Length of the body. */
  readonly bytes?: { readonly below?: number; readonly above?: number } | undefined;
  /** A condition on the body as for `--fail-if`: JSON, or HTML after `css:`. */
  readonly body?: string | undefined;
  /** Holds of answers of a kind that has suddenly become frequent: see `createDriftAlarm`. */
  readonly drift?: true | undefined;
}

/** A rule as data. */
export interface RuleText {
  /** An expression on the body, or what an answer has to be. */
  readonly when: string | RuleCondition;
  /** A further question about the body: a function of a program's, say. @default none */
  readonly asked?: Pick<Selector, "text" | "select"> | undefined;
  readonly then: RuleVerdict;
  /** How long the host is held where the answer has no Retry-After. Milliseconds. */
  readonly holdMs?: number | undefined;
}

type Test = (response: HttpResponse, document: () => Document) => boolean;

/**
 * Prepares a rule. One that names a status or a header field is asked of all answers, others only of
 * those whose status is accepted. Header fields of the answer are compared without regard to case.
 * @throws UsageError for a condition that is none.
 */
export async function compileRule(rule: RuleText): Promise<AnswerRule> {
  const { when, asked, then, holdMs } = rule;
  const condition = typeof when === "string" ? { body: when } : when;
  const tests: Test[] = [];
  if (condition.status !== undefined) {
    const isMeant = parseStatusSet(condition.status);
    tests.push(({ status }) => isMeant(status));
  }
  for (const [name, pattern] of Object.entries(condition.headers ?? {})) {
    tests.push(headerTest(name, pattern));
  }
  if (condition.bytes !== undefined) {
    const { below = Infinity, above = -1 } = condition.bytes;
    tests.push(({ bytes }) => bytes < below && bytes > above);
  }
  if (condition.body !== undefined) {
    const body = await compileCondition(condition.body);
    tests.push((_response, document) => body.holds(document()));
  }
  if (asked !== undefined) {
    tests.push((_response, document) => isTrue(asked.select(document())));
  }
  // Last, so that it learns what is usual only from answers that the rest is true of.
  if (condition.drift === true) tests.push(driftTest());
  if (tests.length === 0) throw new UsageError(`a rule that says ${then} does not say when`);
  const isOfAll = condition.status !== undefined || condition.headers !== undefined;
  return {
    text: textOf(rule),
    then,
    asks: isOfAll ? "all" : "accepted",
    holdMs,
    holds(response) {
      let document: Document | undefined;
      return tests.every((test) => test(response, () => (document ??= documentOf(response))));
    },
  };
}

function documentOf(response: HttpResponse): Document {
  if (!(response.body instanceof Uint8Array)) throw new TypeError("the body went to a file");
  return createDocument(response.body, response.header("content-type"));
}

function headerTest(name: string, pattern: string): Test {
  const pieces = pattern.toLowerCase().split("*");
  return (response) => {
    const value = response.header(name)?.trim().toLowerCase();
    return value !== undefined && matches(value, pieces);
  };
}

/** Whether a value is the pieces in their order, with anything between them. Linear in its length. */
function matches(value: string, pieces: readonly string[]): boolean {
  const [first, ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return value === first;
  if (!value.startsWith(first!) || !value.endsWith(last)) return false;
  let at = first!.length;
  for (const piece of rest) {
    const found = value.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return at <= value.length - last.length;
}

function driftTest(): Test {
  const alarm = createDriftAlarm();
  return (response, document) =>
    alarm.observe({ shape: shapeOfAnswer(response, document), bytes: response.bytes })?.isOdd ??
    false;
}

/** What an answer is made of: its JSON, or its type, and whether it asks for a password. */
function shapeOfAnswer(response: HttpResponse, document: () => Document): string {
  const { body } = response;
  const type = response.header("content-type")?.split(";", 1)[0]?.trim().toLowerCase() ?? "no type";
  if (!(body instanceof Uint8Array)) return type;
  if (/html/.test(type)) {
    const isLogin = Buffer.from(body.buffer, body.byteOffset, body.byteLength).includes("password");
    return isLogin ? `${type} with a password` : type;
  }
  try {
    return shapeOf(document().json());
  } catch {
    return `${type}, not JSON`;
  }
}

/** The rule as its message names it. */
function textOf({ when, asked, then, holdMs }: RuleText): string {
  const isSaid = typeof when === "string" || Object.keys(when).length > 0;
  const condition = typeof when === "string" ? when : JSON.stringify(when);
  const held = holdMs === undefined ? "" : ` ${formatDuration(holdMs)}`;
  const all = [...(isSaid ? [condition] : []), ...(asked === undefined ? [] : [asked.text])];
  return `${then}${held} when ${all.join(" and ")}`;
}
