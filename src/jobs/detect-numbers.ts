import type { HttpRequest } from "../core/request.ts";
import { parseJson } from "../formats/json.ts";
import { queryValues } from "../formats/query-text.ts";
import type { AnswerMember } from "./answer-members.ts";
import { countOf, type PageAnswer } from "./page-answer.ts";
import type { OffsetPaging, PagePaging } from "./paging.ts";

const PAGE_COUNTS: ReadonlySet<string> = new Set([
  ...["total_pages", "totalPages", "last_page", "lastPage", "page_count", "pageCount"],
  ...["num_pages", "numPages", "nbPages", "nb_pages", "pages"],
]);
const PAGE_COUNT_HEADERS = ["x-wp-totalpages", "x-total-pages", "x-page-count", "x-pages"];
const TOTALS: ReadonlySet<string> = new Set([
  ...["total", "total_count", "totalCount", "count", "total_results", "totalResults"],
  ...["totalItems", "total_items", "totalSize", "numFound", "recordsTotal", "totalElements"],
]);
const TOTAL_HEADERS = ["x-total-count", "x-wp-total", "x-total", "total-count"];

/** What answers call the number of their page, and the parameter that asks for it. */
const PAGES: ReadonlyMap<string, string> = new Map([
  ["page", "page"],
  ["current_page", "page"],
  ["currentPage", "page"],
  ["pageNumber", "pageNumber"],
  ["page_number", "page_number"],
  ["pageIndex", "pageIndex"],
  ["number", "page"],
]);
const PAGE_PARAMETERS: ReadonlySet<string> = new Set([
  ...[...PAGES.values(), "p", "pg", "pageNo", "page_no", "paged", "_page", "page[number]"],
]);
const OFFSETS: ReadonlySet<string> = new Set([
  ...["offset", "startAt", "start", "skip", "from", "$skip", "_start", "page[offset]"],
]);

/** How counted pages are asked for; undefined where neither answer nor request counts. */
export function detectNumbers(
  members: readonly AnswerMember[],
  answer: PageAnswer,
): PagePaging | OffsetPaging | undefined {
  const { request } = answer;
  const size = answer.items?.length ?? 0;
  const asked = namesIn(request);
  const into = (name: string): string => (asked.isJson ? `json:${name}` : name);
  const echoed = (name: string): number | undefined =>
    countOf(members.find((member) => member.name === name)?.value);
  const total = detectTotal(members, answer);
  const last = pageCount(members, answer);

  const pageEcho = [...PAGES.keys()].find((name) => echoed(name) !== undefined);
  const pageAsked = asked.names.find((name) => PAGE_PARAMETERS.has(bare(name)));
  if (last !== undefined || pageAsked !== undefined) {
    const name = pageAsked ?? into(PAGES.get(pageEcho ?? "page")!);
    const isFromZero = pageEcho !== undefined && echoed(pageEcho) === 0;
    const known = last === undefined ? total && { total } : { last };
    return { kind: "page", into: name, ...(isFromZero ? { start: 0 } : {}), ...known };
  }
  const offsetAsked = asked.names.find((name) => OFFSETS.has(bare(name)));
  const offsetEcho = members.find(({ name, value }) => OFFSETS.has(name) && countOf(value) === 0);
  if (offsetAsked !== undefined) {
    return { kind: "offset", into: offsetAsked, ...(total && { total }) };
  }
  if (total === undefined || size === 0) return undefined;
  if (offsetEcho !== undefined) return { kind: "offset", into: into(offsetEcho.name), total };
  // Elasticsearch says where its hits begin only when it is asked.
  const isElastic = total === "hits.total.value" || total === "hits.total";
  return isElastic ? { kind: "offset", into: into("from"), total } : undefined;
}

/** The expression of how many items there are in all, where that is more than are on this page. */
export function detectTotal(
  members: readonly AnswerMember[],
  { items, response }: PageAnswer,
): string | undefined {
  const size = items?.length ?? 0;
  const isWhole = (value: unknown): boolean => (countOf(value) ?? 0) > size;
  const header = TOTAL_HEADERS.find((name) => isWhole(response.header(name)));
  if (header !== undefined) return `header:${header}`;
  const found = members.find(({ name, value }) => TOTALS.has(name) && isWhole(value));
  return (
    found?.path ??
    members.find(({ path, value }) => path === "hits.total.value" && isWhole(value))?.path
  );
}

/** The expression of how many pages there are, where there is more than one. */
function pageCount(members: readonly AnswerMember[], { response }: PageAnswer): string | undefined {
  const isSome = (value: unknown): boolean => (countOf(value) ?? 0) > 1;
  const header = PAGE_COUNT_HEADERS.find((name) => isSome(response.header(name)));
  if (header !== undefined) return `header:${header}`;
  return members.find(({ name, value }) => PAGE_COUNTS.has(name) && isSome(value))?.path;
}

/** The parameters that a request has, as `into` writes them. */
function namesIn({ url, body }: HttpRequest): {
  readonly names: readonly string[];
  readonly isJson: boolean;
} {
  const names = [...queryValues(url).keys()];
  if (typeof body !== "string" || !/^\s*\{/.test(body)) return { names, isJson: false };
  try {
    const members = Object.keys(parseJson(body) as object);
    return { names: [...names, ...members.map((name) => `json:${name}`)], isJson: true };
  } catch {
    return { names, isJson: false };
  }
}

function bare(into: string): string {
  return into.startsWith("json:") ? into.slice("json:".length) : into;
}
