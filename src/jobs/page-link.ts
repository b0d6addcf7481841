import { withoutQuery } from "../formats/query-text.ts";
import { parseLinks } from "../protocol/link-header.ts";
import { scopeOfAddress } from "../transport/address-policy.ts";
import type { PageAnswer, PageReader } from "./page-answer.ts";
import type { PageFault } from "./page-fault.ts";
import type { PagePosition } from "./page-position.ts";

/** Longer than any server takes. */
export const LONGEST_LINK = 65_536;

/** The URL of a relation in an answer's Link field, about that answer. */
export function linkOf({ response }: PageAnswer, rel: string): string | undefined {
  const links = parseLinks(response.header("link"), response.url);
  return links.find((link) => link.rel === rel && (link.anchor ?? response.url) === response.url)
    ?.url;
}

/** Where links may lead, and what is not taken from them. */
export interface LinkOptions {
  readonly origins: ReadonlySet<string>;
  /** Query parameters that hold credentials: they are added when a request leaves, and stand nowhere else. @default none */
  readonly secretParameters?: readonly string[] | undefined;
}

/**
 * Where an answer's next link leads, by the Link field or by what `read` takes from the body: undefined
 * on the last page. A link to an origin that is none of `origins` is not followed, credentials in it
 * are dropped, and what a public server points to is held to public addresses.
 */
export function nextByLink(
  answer: PageAnswer,
  read: PageReader | undefined,
  { origins, secretParameters = [] }: LinkOptions,
): PagePosition | PageFault | undefined {
  const value = read === undefined ? linkOf(answer, "next") : read(answer);
  if (value === undefined || value === null || value === "" || value === false) return undefined;
  const isShort = typeof value === "string" && value.length <= LONGEST_LINK;
  const url = isShort ? URL.parse(value, answer.response.url) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return { kind: "page-unreadable", words: "what leads to the next page is no URL" };
  }
  if (!origins.has(url.origin)) {
    const words = `the next page lies at ${url.origin}, which is not where the list is`;
    return { kind: "page-elsewhere", words };
  }
  url.username = "";
  url.password = "";
  url.hash = "";
  const { remoteAddress } = answer.response;
  const isPublic = remoteAddress !== undefined && scopeOfAddress(remoteAddress) === "public";
  const shown = secretParameters.reduce(withoutQuery, url.href);
  return { at: "url", url: shown, ...(isPublic ? { reach: "public" } : {}) };
}
