import { type ResponseHeaders, responseHeader } from "../core/headers.ts";
import type { LimitReading } from "../core/limit-reading.ts";
import { parseHttpDate } from "./http-date.ts";

/** A number as servers write it. */
const NUMBER = /^\d{1,15}(?:\.\d{1,9})?$/;

/** `6m0s`, `1.5s`, `20ms`, as some servers write a reset. */
const SPAN = /^(?:(\d{1,6})h)?(?:(\d{1,6})m(?!s))?(?:(\d{1,6}(?:\.\d{1,6})?)s)?(?:(\d{1,9})ms)?$/;

/** A larger number of seconds is a time of day: no window is thirty years long. */
const EPOCH_SECONDS = 1_000_000_000;
const EPOCH_MS = 1_000_000_000_000;

const WINDOWS_MS: Readonly<Record<string, number>> = {
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/** `x-ratelimit-limit`, `ratelimit-remaining-minute`, `x-rate-limit-reset-after`, `x-ratelimit-reset-requests` */
const FIELD =
  /^(?:x-)?rate-?limit-(limit|remaining|reset)(?:-(second|minute|hour|day|requests|after))?$/;

/** A limit whose parts come in fields of their own. */
interface Parts {
  name: string | undefined;
  limit?: number | undefined;
  remaining?: number | undefined;
  resetMs?: number | undefined;
  windowMs?: number | undefined;
}

/**
 * Limits whose numbers come one per field. A reset is a number of seconds from now, a time of day in
 * seconds or milliseconds since the epoch, an HTTP date, an ISO date or a span (`6m0s`).
 */
export function readSeparateFields(
  headers: ResponseHeaders,
  names: readonly string[],
  wallMs: number,
): LimitReading[] {
  const date = responseHeader(headers, "date");
  const serverMs = (date === undefined ? undefined : parseHttpDate(date, wallMs)) ?? wallMs;
  const found = new Map<string, Parts>();
  for (const field of names) {
    const match = FIELD.exec(field);
    const value = responseHeader(headers, field)?.trim();
    if (match === null || value === undefined) continue;
    const [, part, suffix = ""] = match;
    const window = suffix in WINDOWS_MS ? suffix : "";
    let parts = found.get(window);
    if (parts === undefined) {
      parts = { name: window === "" ? undefined : window, windowMs: WINDOWS_MS[window] };
      found.set(window, parts);
    }
    if (part === "reset") parts.resetMs = resetOf(value, serverMs);
    else if (part === "remaining") parts.remaining = firstNumber(value);
    else takeLimit(parts, value);
  }
  return [...found.values()].map(({ name, limit, remaining, resetMs, windowMs }) => ({
    name,
    limit,
    remaining,
    resetMs,
    windowMs,
  }));
}

/** `100`, or `100, 100;w=60` in older drafts. */
function takeLimit(parts: Parts, value: string): void {
  parts.limit = firstNumber(value);
  const window = /;\s*w=(\d{1,9})/.exec(value.slice(0, 200));
  if (window !== null) parts.windowMs = Number(window[1]) * 1000;
}

/** The first of several: a field that was sent twice is joined by commas. */
function firstNumber(value: string): number | undefined {
  const text = value.slice(0, 40).split(/[,;]/, 1)[0]!.trim();
  return NUMBER.test(text) ? Number(text) : undefined;
}

function resetOf(value: string, serverMs: number): number | undefined {
  const number = firstNumber(value);
  if (number !== undefined) {
    if (number >= EPOCH_MS) return Math.max(0, number - serverMs);
    if (number >= EPOCH_SECONDS) return Math.max(0, number * 1000 - serverMs);
    return number * 1000;
  }
  if (value.length > 40) return undefined;
  const span = SPAN.exec(value);
  if (span !== null && value !== "") {
    const [, hours = 0, minutes = 0, seconds = 0, ms = 0] = span;
    return Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000 + +ms;
  }
  const isIso = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)$/.test(value);
  const atMs = isIso ? Date.parse(value) : parseHttpDate(value, serverMs);
  return atMs === undefined || Number.isNaN(atMs) ? undefined : Math.max(0, atMs - serverMs);
}
