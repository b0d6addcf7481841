import type { HttpResponse } from "../core/response.ts";
import { parseHttpDate } from "./http-date.ts";

/** Against what a Retry-After date is measured. */
export interface RetryAfterContext {
  /** Our wall-clock time, in milliseconds since the epoch. */
  readonly nowMs: number;
  /** The reply's own Date field: the server's clock, where it tells it. @default none */
  readonly dateHeader?: string | undefined;
}

/**
 * Milliseconds a server asks us to wait (Retry-After, RFC 9110 §10.2.3), or undefined where the field
 * is absent or says nothing usable: negative, fractional, signed, several values, no HTTP date. A date
 * counts from the reply's own Date field, so that a server whose clock is wrong is still understood;
 * one that is past is 0. The result is as large as the server says, up to `Number.MAX_SAFE_INTEGER`;
 * what is too long is the retry policy's to say.
 */
export function parseRetryAfter(
  value: string | undefined,
  context: RetryAfterContext,
): number | undefined {
  if (value === undefined) return undefined;
  const text = withoutOuterWhitespace(value);
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, Number.MAX_SAFE_INTEGER);
  const untilMs = parseHttpDate(text, context.nowMs);
  if (untilMs === undefined) return undefined;
  const date = context.dateHeader;
  const serverNowMs =
    date === undefined ? undefined : parseHttpDate(withoutOuterWhitespace(date), context.nowMs);
  return Math.max(0, untilMs - (serverNowMs ?? context.nowMs));
}

/** Milliseconds that an answer asks us to wait, as `parseRetryAfter` reads it; `nowMs` is our wall-clock time. */
export function retryAfterOf(response: HttpResponse, nowMs: number): number | undefined {
  const dateHeader = response.header("date");
  return parseRetryAfter(response.header("retry-after"), { nowMs, dateHeader });
}

/** Optional whitespace of a field value is space and tab (RFC 9110 §5.6.3), not what `trim` drops. */
function withoutOuterWhitespace(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && (value[start] === " " || value[start] === "\t")) start += 1;
  while (end > start && (value[end - 1] === " " || value[end - 1] === "\t")) end -= 1;
  return value.slice(start, end);
}
