import { createRequire } from "node:module";

import type * as StructuredFields from "structured-headers";

import { type ResponseHeaders, responseHeader } from "../core/headers.ts";
import type { LimitReading } from "../core/limit-reading.ts";
import { readSeparateFields } from "./rate-limit-fields.ts";

/** Against what times of day are measured. */
export interface ReadingContext {
  /** Our wall-clock time, in milliseconds since the epoch. */
  readonly wallMs: number;
}

/** Most servers send no such field: the parser is loaded with the first one, at once. */
const load = createRequire(import.meta.url);
let parser: typeof StructuredFields | undefined;

function structuredFields(): typeof StructuredFields {
  parser ??= load("structured-headers") as typeof StructuredFields;
  return parser;
}

/** Limits of one answer that are read: more of them are noise, or an attack. */
const MOST_READINGS = 8;

/** A structured field that is longer is not parsed. */
const LONGEST_FIELD = 2_000;

/**
 * What an answer's header fields say of limits; undefined where they say nothing usable. Reads, in this
 * order, and the first that is there: `RateLimit` with `RateLimit-Policy` as lists of items
 * (draft-ietf-httpapi-ratelimit-headers-08 and later) or as dictionary (07), `RateLimit-Limit`,
 * `-Remaining` and `-Reset` (03 to 06), and what servers made up before it: `X-RateLimit-*`,
 * `X-Rate-Limit-*`, with a window's name behind (`-Minute`) or `-Requests`. Numbers that no limit can
 * have (negative, more left than allowed) are dropped; times of day count from the answer's own Date.
 */
export function readLimits(
  headers: ResponseHeaders,
  { wallMs }: ReadingContext,
): readonly LimitReading[] | undefined {
  const names = limitNames(headers);
  if (names === undefined) return undefined;
  const readings = (structured(headers) ?? readSeparateFields(headers, names, wallMs)).filter(
    isSane,
  );
  return readings.length === 0 ? undefined : readings.slice(0, MOST_READINGS);
}

const R = 0x72;
const X = 0x78;

/** The fields that may speak of limits. Most answers have none: this is all that they cost. */
function limitNames(headers: ResponseHeaders): string[] | undefined {
  let found: string[] | undefined;
  for (const name in headers) {
    const first = name.charCodeAt(0);
    if (first !== R && first !== X) continue;
    if (/^(?:x-)?rate-?limit/.test(name)) (found ??= []).push(name);
  }
  return found;
}

function structured(headers: ResponseHeaders): LimitReading[] | undefined {
  const field = responseHeader(headers, "ratelimit");
  if (field === undefined || field.length > LONGEST_FIELD) return undefined;
  const policies = policiesOf(responseHeader(headers, "ratelimit-policy"));
  return listed(field, policies) ?? asDictionary(field, policies);
}

/** A quota that a server names: so many requests in such a window. */
interface QuotaPolicy {
  readonly limit: number | undefined;
  readonly windowMs: number | undefined;
}

/** `"name";r=50;t=30, …` */
function listed(
  field: string,
  policies: ReadonlyMap<string, QuotaPolicy>,
): LimitReading[] | undefined {
  let items: ReturnType<ReturnType<typeof structuredFields>["parseList"]>;
  try {
    items = structuredFields().parseList(field);
  } catch {
    return undefined;
  }
  const readings = items.flatMap(([value, parameters]): LimitReading[] => {
    const remaining = numberOf(parameters.get("r"));
    if (remaining === undefined) return [];
    const name = typeof value === "string" ? value : String(value);
    const policy = policies.get(name);
    return [
      {
        name,
        limit: policy?.limit,
        remaining,
        resetMs: secondsOf(parameters.get("t")),
        windowMs: policy?.windowMs,
      },
    ];
  });
  return readings.length === 0 ? undefined : readings;
}

/** `limit=100, remaining=50, reset=5` */
function asDictionary(
  field: string,
  policies: ReadonlyMap<string, QuotaPolicy>,
): LimitReading[] | undefined {
  try {
    const entries = structuredFields().parseDictionary(field);
    const of = (key: string): number | undefined => numberOf(entries.get(key)?.[0]);
    const limit = of("limit");
    const remaining = of("remaining");
    if (remaining === undefined) return undefined;
    const policy = [...policies.values()].find((one) => one.limit === limit);
    const reset = of("reset");
    return [
      {
        name: undefined,
        limit,
        remaining,
        resetMs: reset === undefined ? undefined : reset * 1000,
        windowMs: policy?.windowMs,
      },
    ];
  } catch {
    return undefined;
  }
}

/** `"name";q=100;w=60`, or `100;w=60` in older drafts. */
function policiesOf(field: string | undefined): ReadonlyMap<string, QuotaPolicy> {
  const policies = new Map<string, QuotaPolicy>();
  if (field === undefined || field.length > LONGEST_FIELD) return policies;
  try {
    for (const [value, parameters] of structuredFields().parseList(field)) {
      const limit = typeof value === "number" ? value : numberOf(parameters.get("q"));
      policies.set(String(value), { limit, windowMs: secondsOf(parameters.get("w")) });
    }
  } catch {
    // Nothing usable: the limits themselves still are.
  }
  return policies;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function secondsOf(value: unknown): number | undefined {
  const seconds = numberOf(value);
  return seconds === undefined ? undefined : seconds * 1000;
}

/** Whether a limit could be so. */
function isSane({ limit, remaining, resetMs, windowMs }: LimitReading): boolean {
  if (remaining === undefined && limit === undefined) return false;
  if ((remaining ?? 0) < 0 || (limit ?? 1) < 1) return false;
  if (limit !== undefined && remaining !== undefined && remaining > limit) return false;
  return (resetMs ?? 0) >= 0 && (windowMs ?? 1) > 0;
}
