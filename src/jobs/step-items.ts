import { createDocument, type Document } from "../formats/document.ts";
import { stringifyJson } from "../formats/json.ts";
import type { Row } from "../core/row.ts";
import type { HttpResponse } from "../core/response.ts";
import type { CompiledStep } from "./compile-step.ts";
import { childRows } from "./step-rows.ts";

/** Reads the answers of a step item by item. */
export interface StepItems {
  /** The rows that an answer gives to the steps that are for this one, lazily. @throws as a selector does */
  readonly rowsOf: (row: Row, response: HttpResponse) => Iterable<Row>;
  /** The records of an answer, lazily: its items, or what is picked of each. @throws as a selector does */
  readonly recordsOf: (row: Row, response: HttpResponse) => Iterable<Row>;
}

/** From here on items are read one by one where they can be: a tree is several times its text. */
const LARGE_BYTES = 1024 * 1024;

/** Whether the items of an answer should not be held together. */
export function isLarge({ body }: HttpResponse): boolean {
  return body instanceof Uint8Array && body.byteLength >= LARGE_BYTES;
}

/**
 * How a step's answers fall into items: by `each`, asked of each page where there are pages; without it
 * an answer is one item, which is what is picked of it.
 */
export function itemsOfStep({ each, picks, pages }: CompiledStep): StepItems {
  const pick = (document: Document): Readonly<Record<string, unknown>> =>
    Object.fromEntries(picks.map(({ name, selector }) => [name, selector.select(document)]));
  const ofPage = (document: Document): readonly unknown[] =>
    each === undefined ? [pick(document)] : listOf(each.select(document));
  const itemsOf = (response: HttpResponse): Iterable<unknown> => {
    const { body } = response;
    if (!(body instanceof Uint8Array)) throw new TypeError("the body went to a file");
    const hasPages = pages !== undefined && each !== undefined;
    const single = isLarge(response) && !hasPages ? each?.items?.(body) : undefined;
    if (single !== undefined) return single;
    const document = createDocument(body, response.header("content-type"));
    if (!hasPages) return ofPage(document);
    return pagesIn(document).flatMap((page) => ofPage(documentOfValue(page)));
  };
  const isPicked = each !== undefined && picks.length > 0;
  return {
    rowsOf: (row, response) => childRows(row, itemsOf(response)),
    recordsOf: (row, response) =>
      childRows(row, isPicked ? picked(itemsOf(response), pick) : itemsOf(response)),
  };
}

function* picked(items: Iterable<unknown>, pick: (item: Document) => unknown): Generator {
  for (const item of items) yield pick(documentOfValue(item));
}

function listOf(value: unknown): readonly unknown[] {
  if (value === null || value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** The pages of a list that was read in pages: a JSON list of them. */
function pagesIn(document: Document): readonly unknown[] {
  const pages = document.json();
  if (!Array.isArray(pages)) throw new TypeError("the answer is no list of pages");
  return pages;
}

/** A value as a document: a text is what it would be as a body, anything else is JSON. */
function documentOfValue(value: unknown): Document {
  let html: Document | undefined;
  return {
    json: () => value,
    html(parse) {
      const text = typeof value === "string" ? value : stringifyJson(value);
      html ??= createDocument(Buffer.from(text), "text/html; charset=utf-8");
      return html.html(parse);
    },
  };
}
