import { compileTextTemplate, templatesInJson } from "../formats/text-template.ts";
import type { Turn } from "./behaviour.ts";
import type { Exchange } from "./exchange.ts";
import { hashOf, oneOf } from "./random.ts";
import type { SeenRequest } from "./seen-request.ts";

/** An answer that somebody made up: what it is, and its text. */
export interface MadeUpAnswer {
  readonly contentType: string;
  readonly text: string;
}

/** Makes up the answer to a question; the same one for the same question and seed. */
export type AnswerMaker = (asked: SeenRequest, seed: number) => MadeUpAnswer;

const JSON_TYPE = "application/json; charset=utf-8";

/**
 * Answers with a JSON object that has what was asked (the path, each parameter of the query), an id,
 * and a made-up text in each of `fields`, dotted paths such as `data.gender`.
 */
export function plausibleAnswers(fields: readonly string[] = []): AnswerMaker {
  const paths = fields.map((field) => field.split("."));
  return (asked, seed) => {
    const id = hashOf(asked.lot, seed);
    const answer: Fields = new Map<string, unknown>([
      ["id", id],
      ["path", asked.path],
      ...asked.query,
    ]);
    for (const path of paths) put(answer, path, `${path.at(-1)}-${(id % 46_656).toString(36)}`);
    return { contentType: JSON_TYPE, text: JSON.stringify(answer, asObject) };
  };
}

/** Answers with one of the texts, the same for the same question. */
export function givenAnswers(texts: readonly string[], contentType = JSON_TYPE): AnswerMaker {
  return (asked, seed) => ({ contentType, text: oneOf(texts, hashOf(asked.lot, seed)) });
}

/**
 * Answers with a text (JSON or any other) in which `{name}` is a parameter of the query, `{path}` the path and `{id}` a
 * number of the question's own. @throws UsageError for a filter that there is not.
 */
export function answersLike(text: string, contentType = JSON_TYPE): AnswerMaker {
  const expand = compileAnswer(text);
  return (asked, seed) => {
    const { query, path, lot } = asked;
    const lookup = (name: string): unknown =>
      query.get(name) ?? (name === "path" ? path : name === "id" ? hashOf(lot, seed) : "");
    return { contentType, text: expand(lookup) };
  };
}

/** In JSON the strings are templates, so that no value can break it. */
function compileAnswer(text: string): (lookup: (name: string) => unknown) => string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const template = compileTextTemplate(text);
    return (lookup) => template.expand(lookup);
  }
  const template = templatesInJson(value);
  return (lookup) => JSON.stringify(template.expand(lookup));
}

/** The step that gives the answer which this server makes up for a question. */
export function giveMadeUp(exchange: Exchange): Turn {
  const { answer, seed } = exchange.stage;
  const { contentType, text } = answer(exchange.seen, seed);
  exchange.text(text, contentType);
  return "answered";
}

type Fields = Map<string, unknown>;

function put(into: Fields, path: readonly string[], value: string): void {
  let here = into;
  for (const name of path.slice(0, -1)) {
    const next = here.get(name);
    const inner = next instanceof Map ? (next as Fields) : new Map<string, unknown>();
    here.set(name, inner);
    here = inner;
  }
  // What was asked for by this name is the likelier answer.
  const last = path.at(-1)!;
  if (!here.has(last)) here.set(last, value);
}

/** Maps as objects: `fromEntries` defines properties, so that a name `__proto__` stays one. */
function asObject(_key: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value as Fields) : value;
}
