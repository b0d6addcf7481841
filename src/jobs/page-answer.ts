import type { HttpRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import { createDocument, type Document } from "../formats/document.ts";
import { compileSelector } from "../formats/selector.ts";
import { findItems } from "./find-items.ts";

/** One page as it came. */
export interface PageAnswer {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  readonly document: Document;
  /** The list on this page; undefined where none was found. */
  readonly items: readonly unknown[] | undefined;
}

/** Takes one value from a page; undefined or null where it has none, or cannot be read. */
export type PageReader = (answer: PageAnswer) => unknown;

/** A page as it came, before its list is known. */
export interface LandedPage {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  /** Its items, where the caller knows them. */
  readonly items: readonly unknown[] | undefined;
}

/** A page with its list: the caller's, what `read` takes, or what `findItems` finds. */
export function readPage(landed: LandedPage, read: PageReader | undefined): PageAnswer {
  const answer = { ...landed, document: documentOf(landed.response) };
  if (landed.items !== undefined) return answer;
  const found = read === undefined ? findItems(jsonOf(answer.document))?.items : read(answer);
  return { ...answer, items: Array.isArray(found) ? found : undefined };
}

const NO_BYTES = new Uint8Array(0);

/** The document of an answer; an empty one where its body went to a file. */
function documentOf(response: HttpResponse): Document {
  const bytes = response.body instanceof Uint8Array ? response.body : NO_BYTES;
  return createDocument(bytes, response.header("content-type"));
}

/** The JSON of an answer, or undefined where it is none. */
export function jsonOf(document: Document): unknown {
  try {
    return document.json();
  } catch {
    return undefined;
  }
}

/** A job has a handful of expressions, and a list in pages for each of its rows. */
const MOST_KNOWN = 100;
const known = new Map<string, Promise<PageReader>>();

/** Reads an expression, or `header:NAME`; one that was read lately is not read again. @throws UsageError for an expression that is none. */
export function compilePageReader(text: string): Promise<PageReader> {
  let reader = known.get(text);
  if (reader === undefined) {
    if (known.size >= MOST_KNOWN) known.clear();
    reader = compiled(text);
    known.set(text, reader);
  }
  return reader;
}

async function compiled(text: string): Promise<PageReader> {
  if (text.startsWith("header:")) {
    const name = text.slice("header:".length).trim();
    return ({ response }) => response.header(name);
  }
  const selector = await compileSelector(text);
  return ({ document }) => {
    try {
      return selector.select(document);
    } catch {
      // An answer that is no JSON has no next page either.
      return undefined;
    }
  };
}

/** A whole number from 0 that a server wrote as a number or as digits; undefined for anything else. */
export function countOf(value: unknown): number | undefined {
  const number =
    typeof value === "string" && /^\d{1,15}$/.test(value.trim()) ? Number(value) : value;
  return Number.isSafeInteger(number) && (number as number) >= 0 ? (number as number) : undefined;
}
