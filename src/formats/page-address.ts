// Gives the encoders of Chinese, Japanese and Korean to the function below.
// oxlint-disable-next-line import/no-unassigned-import
import "@exodus/bytes/encoding.js";
import { percentEncodeAfterEncoding } from "@exodus/bytes/whatwg.js";

/** Servers take no longer URLs, and an embedded picture is none. */
const LONGEST_URL = 8_192;

/** References that the URL parser only joins to their base: no dot segments, nothing to encode, no scheme. */
const SIMPLE = /^\/?[\w~-][\w~.\-/]*(?:\?[\w.~=&%+/-]*)?$/;

/** What a page says of its own references. */
export interface PageAddressOptions {
  /** Of its first `<base>` that has one. @default none */
  readonly baseHref?: string | undefined;
  /** Tells the name of its encoding, asked only where a query needs it. @default utf-8 */
  readonly encoding?: (() => string) | undefined;
}

/** What is encoded in a query besides controls and text beyond ASCII (WHATWG URL, special-query). */
const QUERY_SET = " \"#'<>";

/** Where the references of a page start from: its own URL, or what its first `<base href>` makes of that. */
export class PageAddress {
  readonly url: string;
  readonly #origin: string;
  readonly #directory: string;

  readonly #encoding: (() => string) | undefined;

  /** `pageUrl` is an absolute http or https URL. */
  constructor(pageUrl: string, { baseHref, encoding }: PageAddressOptions = {}) {
    this.#encoding = encoding;
    const page = new URL(pageUrl);
    const wanted = baseHref === undefined || baseHref.length > LONGEST_URL ? "" : baseHref.trim();
    const given = wanted === "" ? null : URL.parse(wanted, page.href);
    // HTML §2.4.3: a data or javascript URL is no base; others that are not HTTP lead nowhere we go.
    const base = given?.protocol === "http:" || given?.protocol === "https:" ? given : page;
    this.url = base.href;
    this.#origin = base.origin;
    this.#directory = base.origin + base.pathname.slice(0, base.pathname.lastIndexOf("/") + 1);
  }

  /**
   * Where a reference leads, as `PageLink.url`; undefined for what leads nowhere else (a mere fragment,
   * nothing at all) and for what is not asked for by HTTP (`mailto:`, `javascript:`, `data:`).
   */
  target(reference: string): string | undefined {
    const fragment = reference.indexOf("#");
    const wanted = (fragment === -1 ? reference : reference.slice(0, fragment)).trim();
    if (wanted === "" || wanted.length > LONGEST_URL) return undefined;
    // Most references: parsing them takes longer than finding them.
    const href =
      SIMPLE.test(wanted) && !wanted.includes("/.")
        ? (wanted.startsWith("/") ? this.#origin : this.#directory) + wanted
        : parsedTarget(this.#withQuery(wanted), this.url);
    return href === undefined || href.length > LONGEST_URL ? undefined : href;
  }

  /** The reference, its query encoded as the page is: browsers send the bytes that the page has. */
  #withQuery(reference: string): string {
    const query = reference.indexOf("?") + 1;
    if (query === 0 || this.#encoding === undefined || isAscii(reference)) return reference;
    const encoding = this.#encoding();
    // What has no encoder is sent as UTF-8 (Encoding §4.3).
    if (/^(?:utf-|replacement$)/.test(encoding)) return reference;
    const encoded = percentEncodeAfterEncoding(encoding, reference.slice(query), QUERY_SET);
    return reference.slice(0, query) + encoded;
  }
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}

function parsedTarget(reference: string, baseUrl: string): string | undefined {
  const url = URL.parse(reference, baseUrl);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) return undefined;
  // What a server writes there is not the user's to send.
  if (url.username !== "") url.username = "";
  if (url.password !== "") url.password = "";
  return url.href;
}
