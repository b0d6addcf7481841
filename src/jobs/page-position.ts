import { hash } from "node:crypto";

import { withoutHeaders } from "../core/headers.ts";
import { createRequest, type HttpRequest } from "../core/request.ts";
import { parseJson, stringifyJson } from "../formats/json.ts";
import { withQuery } from "../formats/query-text.ts";
import { valueText } from "../formats/value-text.ts";
import { SAFE_ACROSS_ORIGINS } from "../middleware/redirect.ts";

/** Which page, as plain data: the request as it is, another URL, or a value put into the request. */
export type PagePosition =
  | { readonly at: "first" }
  | { readonly at: "url"; readonly url: string; readonly reach?: "public" }
  | { readonly at: "value"; readonly into: string; readonly value: unknown };

/**
 * The request for a page. At another origin than the first request's it carries only what says nothing
 * of who asks.
 */
export function requestAt(first: HttpRequest, position: PagePosition, page: number): HttpRequest {
  if (position.at === "first") return first;
  const isPut = position.at === "value";
  const url = isPut ? urlWith(first.url, position.into, position.value) : position.url;
  const isHere = new URL(url).origin === first.origin;
  const body = isPut ? bodyWith(first.body, position.into, position.value) : first.body;
  const request = createRequest({
    url,
    // Pages whose URLs are all the same are told apart by their number.
    key: first.body === undefined && isOwnKey(first) ? undefined : `${first.key} page ${page}`,
    method: first.method,
    headers: isHere
      ? first.headers
      : withoutHeaders(first.headers, (name) => !SAFE_ACROSS_ORIGINS.has(name)),
    body: isHere ? body : undefined,
    secretHeaders: first.secretHeaders,
    idempotent: first.idempotent,
  });
  const reach = position.at === "url" ? (position.reach ?? first.reach) : first.reach;
  return reach === undefined ? request : { ...request, reach };
}

/** A short name of a position, equal for equal ones; cannot be turned back into it. */
export function positionDigest(position: PagePosition): string {
  const named = position.at === "url" ? position.url : position.at === "value" && position.value;
  return hash("sha256", stringifyJson(named), "base64url").slice(0, 16);
}

function isOwnKey({ key, url, method }: HttpRequest): boolean {
  return key === url || key === `${method} ${url}`;
}

function urlWith(url: string, into: string, value: unknown): string {
  if (into.startsWith("json:")) return url;
  if (into !== "*") return withQuery(url, into, valueText(value));
  let all = url;
  for (const [name, member] of Object.entries(value as object)) {
    all = withQuery(all, name, valueText(member));
  }
  return all;
}

/** The JSON body with one member set; anything else stays as it is. */
export function bodyWith(
  body: HttpRequest["body"],
  into: string,
  value: unknown,
): HttpRequest["body"] {
  if (!into.startsWith("json:")) return body;
  const root = body === undefined ? {} : parseJson(body);
  const path = into.slice("json:".length).split(".");
  return stringifyJson(withMember(root, path, value));
}

/** A copy of an object with the member at a path set; defines it, so that `__proto__` is a name like any other. */
function withMember(value: unknown, path: readonly string[], member: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return member;
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const members = new Map<string, unknown>(isObject ? Object.entries(value) : []);
  members.set(name, withMember(members.get(name), rest, member));
  return Object.fromEntries(members);
}
