import { compileUrlGlob } from "../formats/url-glob.ts";
import type { FieldPath } from "./field-place.ts";
import { AS_USUAL, type FileSettings } from "./file-settings.ts";
import { JobFault } from "./job-faults.ts";
import type { JobStep } from "./job-step.ts";
import { compiledAt } from "./template-scope.ts";

/** Keys of which any makes a step a crawl: it follows links, or takes files. */
export const CRAWL_KEYS = ["follow", "download", "next", "merge"] as const;

/** What a crawl follows, what it fetches, and what it makes of that; where it begins is its step's URL. */
export interface CompiledCrawl {
  /** CSS selectors; several are one list. */
  readonly follow: string | undefined;
  readonly download: string | undefined;
  readonly next: string | undefined;
  readonly within: "host" | "domain" | "prefix" | "any";
  readonly depth: number | undefined;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Parameters that do not tell one page from another. */
  readonly dropParameters: readonly string[];
  readonly sitemaps: "read" | "not read";
  readonly robots: "obeyed" | "not read";
  /** A folder of files that are named after their URLs. */
  readonly folder: string | undefined;
  /** How files are saved; undefined where that is as usual. */
  readonly files?: FileSettings | undefined;
  /** The book that the files are bound to. */
  readonly book: { readonly path: string; readonly title: string | undefined } | undefined;
}

/** Whether a step follows links. */
export function isCrawl(step: JobStep): boolean {
  return CRAWL_KEYS.some((key) => step[key] !== undefined);
}

/** The crawl that a step is; undefined for one that follows nothing. @throws JobFault for what cannot be one */
export function crawlAt(step: JobStep, path: FieldPath): CompiledCrawl | undefined {
  if (!isCrawl(step)) return undefined;
  const { output, save, merge, title } = step;
  const folder = output?.endsWith("/") === true ? output : undefined;
  if (folder !== undefined && save !== undefined) {
    const words = "cannot stand beside output: FOLDER/, which names files after their URLs";
    throw new JobFault([...path, "save"], words, "key");
  }
  if (merge !== undefined && !/\.pdf$/i.test(merge)) {
    throw new JobFault([...path, "merge"], `is ${JSON.stringify(merge)}; a book is a .pdf`);
  }
  return {
    follow: selectorOf(step.follow),
    download: selectorOf(step.download),
    next: selectorOf(step.next),
    within: step.scope ?? "host",
    depth: step.depth,
    include: patternsAt(step.include, [...path, "include"]),
    exclude: patternsAt(step.exclude, [...path, "exclude"]),
    dropParameters: listOf(step.drop),
    sitemaps: step.sitemap === true ? "read" : "not read",
    robots: step.robots === "ignore" ? "not read" : "obeyed",
    folder,
    files: filesAt(step, path),
    book: merge === undefined ? undefined : { path: merge, title },
  };
}

/** How a crawl saves its files. @throws JobFault where it saves none, or its book would not find its chapters */
function filesAt(step: JobStep, path: FieldPath): FileSettings | undefined {
  const { remoteHeaderName, remoteTime, dedupe, output, save, merge } = step;
  const key = (["remoteHeaderName", "dedupe", "remoteTime"] as const).find((one) => step[one]);
  if (key === undefined) return undefined;
  if (save === undefined && merge === undefined && output?.endsWith("/") !== true) {
    const words = "is about saved files; it needs save, or output: FOLDER/";
    throw new JobFault([...path, key], words, "key");
  }
  if (merge !== undefined && key !== "remoteTime") {
    const words = "cannot stand beside merge: a book knows its chapters by name";
    throw new JobFault([...path, key], words, "key");
  }
  return {
    names: remoteHeaderName === true ? "the server's" : AS_USUAL.names,
    equal: dedupe === true ? "saved once" : AS_USUAL.equal,
    times: remoteTime === true ? "the server's" : AS_USUAL.times,
  };
}

function listOf(given: string | readonly string[] | undefined): readonly string[] {
  if (given === undefined) return [];
  return typeof given === "string" ? [given] : given;
}

/** Several selectors are one; `css:` may stand before each, as before other expressions. */
function selectorOf(given: string | readonly string[] | undefined): string | undefined {
  if (given === undefined) return undefined;
  return listOf(given)
    .map((one) => one.replace(/^css:/, ""))
    .join(", ");
}

function patternsAt(
  given: string | readonly string[] | undefined,
  path: FieldPath,
): readonly string[] {
  const patterns = listOf(given);
  for (const [index, pattern] of patterns.entries()) {
    const at = typeof given === "string" ? path : [...path, index];
    compiledAt(at, () => compileUrlGlob(pattern));
  }
  return patterns;
}
