import type { HttpRequest } from "../core/request.ts";
import { queryValues } from "../formats/query-text.ts";
import { type AnswerMember, joined } from "./answer-members.ts";
import { findItems } from "./find-items.ts";
import type { CursorPaging } from "./paging.ts";

/** Names of tokens in answers, and the parameter by which most APIs of that kind take them. */
const TOKENS: ReadonlyMap<string, string> = new Map([
  ["next_cursor", "cursor"],
  ["nextCursor", "cursor"],
  ["next_token", "next_token"],
  ["nextToken", "nextToken"],
  ["NextToken", "NextToken"],
  ["nextPageToken", "pageToken"],
  ["next_page_token", "page_token"],
  ["continuationToken", "continuationToken"],
  ["continuation_token", "continuation_token"],
  ["NextContinuationToken", "continuation-token"],
  ["endCursor", "after"],
  ["end_cursor", "after"],
  ["next_max_id", "max_id"],
  ["NextMarker", "Marker"],
  ["nextMarker", "marker"],
  ["bookmark", "bookmark"],
  ["after", "after"],
  ["next_page", "page"],
  ["next", "cursor"],
]);

/** Parameters that take tokens: one that the request already has is meant. */
const TAKERS: ReadonlySet<string> = new Set([
  ...TOKENS.values(),
  "pagination_token",
  "pagetoken",
  "starting_after",
  "start_cursor",
  "page_cursor",
]);

const MORE = ["has_more", "hasMore", "has_next_page", "hasNextPage", "has_next", "hasNext"];

/** Google Places gives tokens that begin to work only some time later, and says so by this status. */
const SLOW_TOKEN = { delayMs: 2_000, notReady: "status=='INVALID_REQUEST'" };

/** How a token in an answer leads on; undefined where it has none. */
export function detectCursor(
  members: readonly AnswerMember[],
  json: unknown,
  request: HttpRequest,
): CursorPaging | undefined {
  const top = (json ?? {}) as Readonly<Record<string, unknown>>;
  for (const [name, usual] of TOKENS) {
    const found = members.find((member) => member.name === name && isToken(member));
    if (found === undefined) continue;
    const more = moreOf(found, members);
    const isPlaces = name === "next_page_token" && found.parent === "" && top["status"] === "OK";
    const into = intoOf(request, isPlaces ? "pagetoken" : takerOf(found, usual, top));
    return {
      kind: "cursor",
      next: found.path,
      into,
      ...(more === undefined ? {} : { more }),
      ...(isPlaces ? SLOW_TOKEN : {}),
    };
  }
  return afterLastItem(top, request);
}

/** Lists in the manner of Stripe: the next page begins after the last item's id. */
function afterLastItem(
  top: Readonly<Record<string, unknown>>,
  request: HttpRequest,
): CursorPaging | undefined {
  if (top["has_more"] !== true || top["object"] !== "list") return undefined;
  const found = findItems(top);
  const last = found?.items.at(-1) as { readonly id?: unknown } | undefined;
  if (found === undefined || typeof last?.id !== "string") return undefined;
  const list = found.path.reduce(joined, "");
  const into = intoOf(request, "starting_after");
  return { kind: "cursor", next: `${list}[-1].id`, into, more: "has_more" };
}

/** The parameter for a token, where the answer tells more than the token's name does. */
function takerOf(
  { name, siblings }: AnswerMember,
  usual: string,
  top: Readonly<Record<string, unknown>>,
): string {
  // X, once Twitter, takes at `pagination_token` what it calls `next_token`.
  if (name === "next_token" && "result_count" in siblings) return "pagination_token";
  // Notion.
  if (name === "next_cursor" && top["object"] === "list") return "start_cursor";
  return usual;
}

/** Where the request takes it: a parameter that it has already, its JSON body, or its query. */
function intoOf(request: HttpRequest, usual: string): string {
  const isJson = typeof request.body === "string" && /^\s*\{/.test(request.body);
  if (isJson) return `json:${usual}`;
  return [...queryValues(request.url).keys()].find((name) => TAKERS.has(name)) ?? usual;
}

function isToken({ name, value, siblings }: AnswerMember): boolean {
  if (name === "next_page" && typeof value !== "string") return false;
  const isText = typeof value === "string" && value !== "" && !/^(?:https?:|\/|\?)/.test(value);
  if (name === "next_page" && isText && /^\d+$/.test(value)) return false;
  // `after` and `next` name many other things.
  const isCommon = name === "after" || name === "next" || name === "bookmark";
  const isAmongPaging = "before" in siblings || "prev" in siblings || "previous" in siblings;
  if (isCommon && name !== "bookmark" && !isAmongPaging) return false;
  return isText || (typeof value === "number" && !isCommon && name !== "next_page");
}

function moreOf(token: AnswerMember, members: readonly AnswerMember[]): string | undefined {
  return members.find(
    ({ name, value, parent }) =>
      MORE.includes(name) &&
      typeof value === "boolean" &&
      (parent === token.parent || parent === ""),
  )?.path;
}
