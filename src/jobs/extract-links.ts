import { readFileSync } from "node:fs";

import { Failure } from "../core/failure.ts";
import type { Answered, Outcome } from "../core/outcome.ts";
import { cell, type Row } from "../core/row.ts";
import { SelectError } from "../formats/select-error.ts";
import type { Extract } from "./extract.ts";
import type { FindLinks, TakenLink } from "./find-links.ts";

/** Who takes the links that are found. */
export interface LinkTaker {
  /** The links of a row's page, in its order. */
  found(row: Row, links: readonly TakenLink[], answered: Answered): void;
  /** A row has its outcome. */
  settled(row: Row): void;
}

/** A larger page is no page: what it links to is not looked for. */
const LARGEST_PAGE_BYTES = 64 * 1024 * 1024;

/**
 * Finds the links of each answered page before anything else becomes of it, and gives them to the taker:
 * whoever makes the page's outcome durable has them before.
 */
export function extractLinks(inner: Extract, find: FindLinks, taker: LinkTaker): Extract {
  return (task, landed) => {
    const { row } = task;
    const page = cell(row, "kind") === "page" ? htmlOf(landed) : undefined;
    let outcome = landed;
    try {
      if (page !== undefined) {
        const { answered, bytes } = page;
        const { response } = answered;
        const contentType = response.header("content-type");
        taker.found(row, find({ bytes, contentType, url: response.url }), answered);
      }
    } catch (cause) {
      if (!(cause instanceof SelectError)) throw cause;
      outcome = unreadable(page!.answered, cause);
    }
    const extracted = inner(task, outcome);
    taker.settled(row);
    return extracted;
  };
}

/** A page that is made to keep its reader busy leads nowhere, and the account says so. */
function unreadable({ request, response, call }: Answered, cause: SelectError): Outcome {
  const words = `the page cannot be read: ${cause.message}`;
  const failure = new Failure("E_PARSE", words, { request, response, cause });
  return { kind: "failed", request, failure, call };
}

/** The bytes of an answer that says it is a page. */
function htmlOf(
  outcome: Outcome,
): { readonly answered: Answered; readonly bytes: Uint8Array } | undefined {
  if (outcome.kind !== "answered") return undefined;
  const { response } = outcome;
  const type = response.header("content-type");
  if (type !== undefined && !/^\s*(?:text\/html|application\/xhtml\+xml)\b/i.test(type)) {
    return undefined;
  }
  if (response.body instanceof Uint8Array) return { answered: outcome, bytes: response.body };
  if (response.body.bytes > LARGEST_PAGE_BYTES) return undefined;
  return { answered: outcome, bytes: readFileSync(response.body.path) };
}
