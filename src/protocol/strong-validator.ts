import { type ResponseHeaders, responseHeader } from "../core/headers.ts";
import { parseHttpDate } from "./http-date.ts";

const STRONG_TAG = /^"[!#-~\u0080-\u00ff]*"$/;

/** A change within the same second as the answer would go unseen (RFC 9110 §8.8.2.2). */
const SETTLED_MS = 1_000;

/**
 * What names exactly these bytes of an answer, for If-Range (RFC 9110 §13.1.5): its ETag where that is
 * strong, else a Last-Modified that was settled when the answer left. Undefined where there is neither:
 * what comes later cannot be told to belong to what came before. `nowMs` is the wall clock.
 */
export function strongValidator(headers: ResponseHeaders, nowMs: number): string | undefined {
  const tag = responseHeader(headers, "etag")?.trim();
  if (tag !== undefined) return STRONG_TAG.test(tag) ? tag : undefined;
  const modified = responseHeader(headers, "last-modified")?.trim();
  const date = responseHeader(headers, "date");
  if (modified === undefined || date === undefined) return undefined;
  const modifiedMs = parseHttpDate(modified, nowMs);
  const sentMs = parseHttpDate(date.trim(), nowMs);
  if (modifiedMs === undefined || sentMs === undefined) return undefined;
  return sentMs - modifiedMs >= SETTLED_MS ? modified : undefined;
}
