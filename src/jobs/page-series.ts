import { queryValue, queryValues, withQuery } from "../formats/query-text.ts";
import { countOf } from "./page-answer.ts";
import type { PagePosition } from "./page-position.ts";

/** Pages that can be told by counting: page `n` (from 1) has the value `start + (n − 1) · stride`. Plain data. */
export interface PageSeries {
  /** Where the value goes: see `PagePosition`. */
  readonly into: string;
  readonly start: number;
  readonly stride: number;
  /** Items on the first page; 0 where they were not counted. */
  readonly size: number;
  /** A URL that the value is put into; undefined for the first request's own. */
  readonly base: string | undefined;
  /** Set where a public server pointed to `base`. */
  readonly reach?: "public" | undefined;
}

/** A series, and how many pages it has where that was said. */
export interface FoundSeries {
  readonly series: PageSeries;
  readonly pages: number | undefined;
}

/** What an answer says of the whole list. */
export interface PageExtent {
  readonly pages: number | undefined;
  readonly total: number | undefined;
}

/** The place of the `n`-th page. */
export function positionIn(series: PageSeries, page: number): PagePosition {
  const value = series.start + (page - 1) * series.stride;
  if (series.base === undefined) return { at: "value", into: series.into, value };
  const url = withQuery(series.base, series.into, String(value));
  return { at: "url", url, ...(series.reach === undefined ? {} : { reach: series.reach }) };
}

/** How many pages there are, or undefined where nobody knows. */
export function pagesOf(series: PageSeries, { pages, total }: PageExtent): number | undefined {
  if (pages !== undefined) return pages;
  if (total === undefined || series.size === 0) return undefined;
  const perPage = series.stride === 1 ? series.size : series.stride;
  return Math.ceil(total / perPage);
}

/** What the links of a first page tell of the others. */
export interface LinkedPages {
  readonly here: string;
  readonly next: string;
  /** The last page's URL. @default unknown */
  readonly last: string | undefined;
  /** Items on this page. */
  readonly size: number;
  readonly reach: "public" | undefined;
}

/**
 * The series that the links of a first page belong to, and its number of pages where the last one's
 * link says it; undefined where next and last differ from this page in more than one whole number.
 */
export function seriesOfLinks(linked: LinkedPages): FoundSeries | undefined {
  const { here, next, last, size, reach } = linked;
  const into = onlyDifference(here, next);
  if (into === undefined) return undefined;
  const second = countOf(queryValue(next, into));
  if (second === undefined) return undefined;
  const start = countOf(queryValue(here, into)) ?? unwrittenStart(into, second, size);
  if (start === undefined || start >= second) return undefined;
  const stride = second - start;
  const series = { into, start, stride, size, base: next, reach };
  if (last === undefined) return { series, pages: undefined };
  const end = countOf(queryValue(last, into));
  const onlyHere = last === next || onlyDifference(next, last) === into;
  if (end === undefined || !onlyHere || (end - start) % stride !== 0) return undefined;
  return { series, pages: (end - start) / stride + 1 };
}

/** Where counting begins when the first page's URL does not say it. */
function unwrittenStart(into: string, second: number, size: number): number | undefined {
  const isOffset = /offset|start|skip|from/i.test(into);
  if (second === 1 || (isOffset && second === size)) return 0;
  if (second === 2) return 1;
  return second === size ? 0 : undefined;
}

/** The one query parameter in which two URLs of one place differ. */
function onlyDifference(one: string, other: string): string | undefined {
  const place = (url: string): string => url.split("?", 1)[0]!;
  if (place(one) !== place(other)) return undefined;
  const [ones, others] = [queryValues(one), queryValues(other)];
  const names = new Set([...ones.keys(), ...others.keys()]);
  const different = [...names].filter((name) => ones.get(name) !== others.get(name));
  return different.length === 1 ? different[0] : undefined;
}
