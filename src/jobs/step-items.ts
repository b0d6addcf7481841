import { createDocument, type Document } from "../formats/document.ts";
import { stringifyJson } from "../formats/json.ts";
import type { Selector } from "../formats/selector.ts";
import type { Row } from "../core/row.ts";
import type { HttpResponse } from "../core/response.ts";
import type { CompiledStep } from "./compile-step.ts";
import { childRows } from "./step-rows.ts";

/** Reads the answers of a step item by item. */
export interface StepItems {
  /** Reads the items of an answer, and picks nothing: whoever tries it knows that they can be read. */
  readonly trial: Selector;
  /** The rows that an answer gives to the steps that are for this one, lazily. @throws as a selector does */
  readonly rowsOf: (row: Row, response: HttpResponse) => Iterable<Row>;
  /** The records of an answer, lazily: its items, or what is picked of each. @throws as a selector does */
  readonly recordsOf: (row: Row, response: HttpResponse) => Iterable<Row>;
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
  const itemsOf = (document: Document): readonly unknown[] =>
    pages === undefined || each === undefined
      ? ofPage(document)
      : pagesIn(document).flatMap((page) => ofPage(documentOfValue(page)));
  const documentOf = ({ body, headers }: HttpResponse): Document => {
    if (!(body instanceof Uint8Array)) throw new TypeError("the body went to a file");
    const type = headers["content-type"];
    return createDocument(body, typeof type === "string" ? type : undefined);
  };
  return {
    trial: {
      text: each?.text ?? "pick",
      name: "items",
      // The items themselves would be held until their row is durable, and are read from what is kept.
      select: (document) => void itemsOf(document),
    },
    rowsOf: (row, response) => childRows(row, itemsOf(documentOf(response))),
    recordsOf(row, response) {
      const items = itemsOf(documentOf(response));
      const isPicked = each !== undefined && picks.length > 0;
      return childRows(
        row,
        isPicked ? items.values().map((one) => pick(documentOfValue(one))) : items,
      );
    },
  };
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
