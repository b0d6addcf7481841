import { type AnswerMember, joined, membersOf } from "./answer-members.ts";
import { detectCursor } from "./detect-cursor.ts";
import { detectNumbers, detectTotal } from "./detect-numbers.ts";
import { jsonOf, type PageAnswer } from "./page-answer.ts";
import { linkOf } from "./page-link.ts";
import type { LinkPaging, NamedPaging, Paging } from "./paging.ts";

/** Names under which the next page's URL stands in a body. */
const NEXT_URLS: ReadonlySet<string> = new Set([
  ...["next", "next_url", "nextUrl", "next_href", "next_link", "nextLink", "next_page_url"],
  ...["nextPageUrl", "next_page", "nextPage", "@odata.nextLink", "odata.nextLink", "@nextLink"],
]);

/**
 * How the pages of a list follow each other, told from its first page, in the form in which a job file
 * would pin it. The surest sign wins: a Link field, the next page's URL, a token, a number of pages,
 * an offset. `none` where the answer shows no way on.
 */
export function detectPaging(answer: PageAnswer): Paging {
  if (linkOf(answer, "next") !== undefined) return { kind: "link" };
  if (/\bhtml\b/.test(answer.response.header("content-type") ?? "")) {
    return { kind: "link", next: "css:[rel~=next]::attr(href)" };
  }
  const json = jsonOf(answer.document);
  const members = membersOf(json);
  const total = detectTotal(members, answer);
  return (
    detectNextUrl(members, total) ??
    detectCursor(members, json, answer.request) ??
    detectNumbers(members, answer) ?? { kind: "none", ...(total && { total }) }
  );
}

/**
 * As `detectPaging`, of a kind that is known: where the answer names nothing, counted pages are asked for
 * by the parameter that most servers take, `page` or `offset`; an answer without a token is the last.
 */
export function detectNamedPaging(kind: NamedPaging, answer: PageAnswer): Paging {
  const json = jsonOf(answer.document);
  const members = membersOf(json);
  const total = detectTotal(members, answer);
  if (kind === "cursor") {
    return detectCursor(members, json, answer.request) ?? { kind: "none", ...(total && { total }) };
  }
  const found = detectNumbers(members, answer);
  return found?.kind === kind ? found : { kind, into: kind, ...(total && { total }) };
}

/** A member that is the next page's URL, or an object or a link list that has it. */
function detectNextUrl(
  members: readonly AnswerMember[],
  total: string | undefined,
): LinkPaging | undefined {
  for (const { name, value, path } of members) {
    const next = NEXT_URLS.has(name) ? urlPath(value, path) : listedLink(name, value, path);
    if (next !== undefined) return { kind: "link", next, ...(total && { total }) };
  }
  return undefined;
}

function urlPath(value: unknown, path: string): string | undefined {
  if (isUrl(value)) return path;
  if (typeof value !== "object" || value === null) return undefined;
  const member = ["href", "url"].find(
    (name) => Object.hasOwn(value, name) && isUrl((value as Record<string, unknown>)[name]),
  );
  return member === undefined ? undefined : joined(path, member);
}

/** `links: [{rel: "next", href}]`, in the manner of FHIR (`relation`, `url`) and of HATEOAS. */
function listedLink(name: string, value: unknown, path: string): string | undefined {
  if ((name !== "links" && name !== "link") || !Array.isArray(value)) return undefined;
  for (const link of value.slice(0, 50) as readonly unknown[]) {
    if (typeof link !== "object" || link === null) continue;
    const { rel, relation, href, url } = link as Record<string, unknown>;
    if (rel === "next" && isUrl(href)) return `${path}[?rel=='next'].href | [0]`;
    if (relation === "next" && isUrl(url)) return `${path}[?relation=='next'].url | [0]`;
  }
  return undefined;
}

function isUrl(value: unknown): boolean {
  return typeof value === "string" && /^(?:https?:\/\/|\/|\?)/.test(value);
}
