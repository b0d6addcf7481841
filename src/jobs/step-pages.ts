import { parseFieldPath } from "../formats/field-path.ts";
import { parseDuration } from "../formats/quantity.ts";
import type { FieldPath } from "./field-place.ts";
import { JobFault } from "./job-faults.ts";
import type { JobPages } from "./job-pages.ts";
import type { NamedPaging } from "./paging.ts";
import { selectorAt } from "./step-answers.ts";

/** How pages follow each other: texts that are known to be expressions, times in milliseconds. */
export type CompiledPaging =
  | { readonly kind: "auto"; readonly of?: NamedPaging }
  | { readonly kind: "link"; readonly next?: string; readonly total?: string }
  | {
      readonly kind: "page" | "offset";
      readonly into: string;
      readonly start?: number;
      readonly last?: string;
      readonly total?: string;
    }
  | {
      readonly kind: "cursor";
      readonly next: string;
      readonly into: string;
      readonly more?: string;
      readonly delayMs?: number;
      readonly notReady?: string;
    };

/** How a step's pages are read. */
export interface CompiledPages {
  readonly paging: CompiledPaging;
  readonly items: string | undefined;
  readonly key: string | undefined;
  readonly maxPages: number | undefined;
  readonly origins: readonly string[];
  readonly parallel: "when-counted" | "never" | undefined;
}

const EXPRESSIONS = ["items", "next", "total", "last", "more", "notReady"] as const;

/** The pages of a step. @throws JobFault for an expression, a path or an origin that is none. */
export async function pagesAt(
  given: JobPages | undefined,
  path: FieldPath,
): Promise<CompiledPages | undefined> {
  if (given === undefined) return undefined;
  const pages: Exclude<JobPages, string> = typeof given === "string" ? { kind: given } : given;
  const texts = new Map<string, unknown>(Object.entries(pages));
  for (const name of EXPRESSIONS) {
    const text = texts.get(name);
    if (typeof text !== "string" || /^header:\s*\S/.test(text)) continue;
    await selectorAt(text, [...path, name]);
  }
  const { items, key, maxPages, origins = [], parallel, ...rest } = pages;
  if (key !== undefined && parseFieldPath(key) === undefined) {
    throw new JobFault([...path, "key"], `is no path within an item, such as id: "${key}"`);
  }
  return {
    paging: pagingOf(rest),
    items,
    key,
    maxPages,
    origins: (typeof origins === "string" ? [origins] : origins).map((text, index) =>
      originAt(
        text,
        typeof origins === "string" ? [...path, "origins"] : [...path, "origins", index],
      ),
    ),
    parallel,
  };
}

function pagingOf(rest: Exclude<JobPages, string>): CompiledPaging {
  if (rest.kind !== "cursor" || rest.delay === undefined) return rest;
  const { delay, ...cursor } = rest;
  return { ...cursor, delayMs: parseDuration(delay) };
}

function originAt(text: string, path: FieldPath): string {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return url.origin;
  throw new JobFault(path, `is no origin, such as https://b.example.com: "${text}"`);
}
