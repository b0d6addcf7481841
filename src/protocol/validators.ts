import type { Validators } from "../core/earlier-answer.ts";
import { type HeaderList, type ResponseHeaders, responseHeader } from "../core/headers.ts";
import { parseHttpDate } from "./http-date.ts";

/** RFC 9110 §8.8.3. */
const TAG = /^(?:W\/)?("[!#-~\u0080-\u00ff]*")$/;

/** A change within the same second as the answer would go unseen (RFC 9110 §8.8.2.2). */
const SETTLED_MS = 1_000;

/**
 * What an answer can be asked for again by: its ETag, weak or strong, and a Last-Modified that was
 * settled when the answer left. Undefined where it has neither. `nowMs` is the wall clock.
 */
export function validatorsOf(headers: ResponseHeaders, nowMs: number): Validators | undefined {
  const tag = responseHeader(headers, "etag")?.trim();
  const etag = tag !== undefined && TAG.test(tag) ? tag : undefined;
  const modified = responseHeader(headers, "last-modified")?.trim();
  const lastModified =
    modified !== undefined && isSettled(modified, headers, nowMs) ? modified : undefined;
  return etag === undefined && lastModified === undefined ? undefined : { etag, lastModified };
}

function isSettled(modified: string, headers: ResponseHeaders, nowMs: number): boolean {
  const modifiedMs = parseHttpDate(modified, nowMs);
  const sentMs = parseHttpDate(responseHeader(headers, "date")?.trim() ?? "", nowMs);
  return modifiedMs !== undefined && sentMs !== undefined && sentMs - modifiedMs >= SETTLED_MS;
}

/** The fields that ask whether an answer has changed (RFC 9110 §13.1.2, §13.1.3). */
export function conditionalHeaders({ etag, lastModified }: Validators): HeaderList {
  return [
    ...(etag === undefined ? [] : ["if-none-match", etag]),
    ...(lastModified === undefined ? [] : ["if-modified-since", lastModified]),
  ];
}

/**
 * Whether a 304 speaks of the answer that was asked about: one that names another tag does not
 * (RFC 9110 §15.4.5, compared as §13.1.2 does).
 */
export function isOfSame(headers: ResponseHeaders, { etag }: Validators): boolean {
  const told = responseHeader(headers, "etag")?.trim();
  return told === undefined || etag === undefined || opaque(told) === opaque(etag);
}

function opaque(tag: string): string {
  return TAG.exec(tag)?.[1] ?? tag;
}
