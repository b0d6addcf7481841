import { UsageError } from "../core/usage-error.ts";
import { createDocument } from "../formats/document.ts";
import type { Selector } from "../formats/selector.ts";
import { mergedValue, valueFor } from "../formats/value-for.ts";
import { visible } from "../formats/visible.ts";
import type { CompiledJob } from "../jobs/compile-job.ts";
import type { CompiledStep } from "../jobs/compile-step.ts";
import type { AnswerMaker } from "../rehearsal/made-up-answer.ts";
import type { SeenRequest } from "../rehearsal/seen-request.ts";

/** Items of each list that is made up. */
const ITEMS = 20;

/**
 * Makes up the answers to a job's steps, so that their expressions find what they ask for: twenty items in each
 * list, an answer for each row of a batch, one page of each list. A step is known by its URL.
 * @throws UsageError for a step whose rows nothing can be made up for
 */
export function madeUpSteps({ job, steps }: CompiledJob): AnswerMaker {
  const known = steps.map((step) => ({
    step,
    isMeant: pathOf(step),
    whole: answerOf(step, "first"),
  }));
  for (const { step, whole } of known) checkItems(step, whole);
  const tokenPath =
    job.auth?.kind === "oauth2" ? URL.parse(job.auth.tokenUrl)?.pathname : undefined;
  return (asked) => {
    if (asked.path === tokenPath) return json(TOKEN);
    const meant = known.filter(({ isMeant }) => isMeant.test(asked.path));
    const parts = meant.map(({ step, whole }) => {
      if (step.batch !== undefined) return batchAnswer(step, asked);
      return isFirstPage(step, asked) ? whole : answerOf(step, "further");
    });
    const [only] = parts;
    const value = parts.length < 2 ? only : parts.reduce(mergedValue, undefined);
    return json(value ?? { path: asked.path, ...Object.fromEntries(asked.query) });
  };
}

const TOKEN = { access_token: "made-up", token_type: "bearer", expires_in: 3_600 };

function json(value: unknown) {
  return { contentType: "application/json; charset=utf-8", text: JSON.stringify(value) };
}

/** What stands at the end of a path. */
function leaf(name: string, item: number): unknown {
  if (/url|href|link/i.test(name)) return `https://made-up.invalid/${name}/${item + 1}`;
  return `${name || "item"}-${item + 1}`;
}

/** The paths that a step asks for: a variable stands for anything. */
function pathOf({ url }: CompiledStep): RegExp {
  const path = url.text.replace(/^[a-z]+:\/\/[^/?{]*/i, "").replace(/(?:\?|\{[?&]).*$/s, "");
  const pattern = path
    .split(/(\{[^}]*\})/)
    .map((part) => (part.startsWith("{") ? ".*" : RegExp.escape(part)));
  return new RegExp(`^${pattern.join("").replace(/^$/, "/") || "/"}$`, "u");
}

/** The answer to a step, with the items of its first page, or without any. */
function answerOf({ each, picks, pages }: CompiledStep, page: "first" | "further"): unknown {
  const items = page === "first" ? ITEMS : 0;
  const options = { leaf, items };
  const texts = [each?.text, pages?.items, ...(each === undefined ? picks.map(textOf) : [])];
  const values = texts.map((text) => (text === undefined ? undefined : valueFor(text, options)));
  const paging = pages?.paging;
  const counts: unknown[] = [];
  for (const [name, count] of [
    ["total", ITEMS],
    ["last", 1],
  ] as const) {
    const text = paging !== undefined && name in paging ? (paging as Counted)[name] : undefined;
    if (text !== undefined) counts.push(valueFor(text, { ...options, leaf: () => count }));
  }
  // What is picked of an item goes into each of them.
  const picked = each === undefined ? [] : picks.map((pick) => valueFor(textOf(pick), options));
  const whole = [...values, ...counts].reduce(mergedValue, undefined);
  return picked.reduce((value, one) => mergedValue(value, valueInItems(each!, one)), whole);
}

type Counted = Readonly<Partial<Record<"total" | "last", string>>>;

/** A value as the item of a list that `each` finds. */
function valueInItems(each: Selector, value: unknown): unknown {
  return valueFor(each.text, { items: ITEMS, leaf: () => value });
}

function textOf({ selector }: { readonly selector: Selector }): string {
  return selector.text;
}

/** Whether a request is for the first page of a list; numbers of pages and items begin at 0 or 1. */
function isFirstPage({ pages }: CompiledStep, { query }: SeenRequest): boolean {
  const paging = pages?.paging;
  if (paging === undefined || (paging.kind !== "page" && paging.kind !== "offset")) return true;
  const { into, start = 1 } = paging;
  return Number(query.get(into) ?? 0) <= start;
}

/** An answer for each value of a batch that stands in the query, or in the JSON that was sent. */
function batchAnswer({ batch, picks }: CompiledStep, asked: SeenRequest): unknown {
  const { pair, items } = batch!;
  const answers = valuesIn(batch!.into, asked).map((value, index) => {
    const keys = pair.by === "order" ? [] : [pair.item];
    const key = keys.map((steps) => valueFor(steps.join("."), { items: 1, leaf: () => value }));
    const own = { items: 1, leaf: (name: string) => leaf(name, index) };
    const picked = picks.map((pick) => valueFor(textOf(pick), own));
    return [...key, ...picked].reduce(mergedValue, undefined) ?? value;
  });
  if (items === undefined) return answers;
  const place = items.text.replace(/\[\*?\]$/, "");
  return valueFor(place, { items: 1, leaf: () => answers });
}

function valuesIn(
  into: NonNullable<CompiledStep["batch"]>["into"],
  { query, body }: SeenRequest,
): readonly unknown[] {
  if (into.as === "repeated") return query.getAll(into.parameter);
  if (into.as === "joined") return (query.get(into.parameter) ?? "").split(into.separator);
  try {
    let value = JSON.parse(body) as unknown;
    for (const name of into.as === "json" ? (into.path ?? "").split(".") : []) {
      if (name !== "") value = (value as Readonly<Record<string, unknown>>)[name];
    }
    return Array.isArray(value) ? value : [value];
  } catch {
    return [];
  }
}

/** @throws UsageError for a step that gives no rows from what was made up */
function checkItems({ id, each, position, batch }: CompiledStep, whole: unknown): void {
  if (each === undefined || batch !== undefined) return;
  const text = JSON.stringify(whole) as string | undefined;
  const document = createDocument(Buffer.from(text ?? "null"), "application/json");
  let found: unknown;
  try {
    found = each.select(document);
  } catch {
    found = undefined;
  }
  if (Array.isArray(found) ? found.length > 0 : found !== undefined && found !== null) return;
  if (position === "leaf" && text !== undefined) return;
  throw new UsageError(
    `nothing can be made up for ${visible(each.text)}, the rows of the step ${visible(id)}; give an answer with --answers FILE`,
  );
}
