/** Servers take no longer URLs, and an embedded picture is none. */
const LONGEST_URL = 8_192;

/** References that the URL parser only joins to their base: no dot segments, nothing to encode, no scheme. */
const SIMPLE = /^\/?[\w~-][\w~.\-/]*(?:\?[\w.~=&%+/-]*)?$/;

/** Where the references of a page start from: its own URL, or what its first `<base href>` makes of that. */
export class PageAddress {
  readonly url: string;
  readonly #origin: string;
  readonly #directory: string;

  /** `pageUrl` is an absolute http or https URL. */
  constructor(pageUrl: string, baseHref?: string) {
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
        : parsedTarget(wanted, this.url);
    return href === undefined || href.length > LONGEST_URL ? undefined : href;
  }
}

function parsedTarget(reference: string, baseUrl: string): string | undefined {
  const url = URL.parse(reference, baseUrl);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) return undefined;
  // What a server writes there is not the user's to send.
  if (url.username !== "") url.username = "";
  if (url.password !== "") url.password = "";
  return url.href;
}
