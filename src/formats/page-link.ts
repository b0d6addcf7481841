/** A link of a page. */
export interface PageLink {
  /** Absolute http or https URL, normalised (WHATWG), without fragment and credentials. */
  readonly url: string;
  /** What makes it: `<a>`, `<area>`, `<link>`, a frame, or a refresh that a `<meta>` asks for. */
  readonly from: "a" | "area" | "link" | "frame" | "refresh";
  /** Its relations as the page writes them, in small letters (`next`, `nofollow noopener`); "" where it names none. */
  readonly rel: string;
  /** What a reader sees of it, white space folded; "" where that is no text. */
  readonly text: string;
}

/** Servers take no longer URLs, and an embedded picture is none. */
const LONGEST_URL = 8_192;

/** References that the URL parser only joins to their base: no dot segments, nothing to encode, no scheme. */
const SIMPLE = /^\/?[\w~-][\w~.\-/]*(?:\?[\w.~=&%+/-]*)?$/;

/** What the references of a page are resolved against: its own URL, or what its first `<base href>` makes of that. */
export class LinkBase {
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

/** Where a `<meta http-equiv=refresh>` leads (HTML §4.2.5.3), not yet resolved; undefined where nowhere else. */
export function refreshTarget(content: string): string | undefined {
  const match = /^[\s]*[\d.]+[\s]*(?:[;,\s][\s]*)(?:url[\s]*=[\s]*)?(.*)$/is.exec(
    content.slice(0, LONGEST_URL),
  );
  const target = match?.[1] ?? "";
  const quote = target[0];
  if (quote !== '"' && quote !== "'") return target === "" ? undefined : target;
  const end = target.indexOf(quote, 1);
  return end === -1 ? target.slice(1) : target.slice(1, end);
}

/** Relations of a `<link>` that lead to another page, or name this one. */
const LINK_RELATIONS = /(?:^|\s)(?:canonical|next|prev)(?:\s|$)/;

/** What an element says of where it leads, its name and attribute values in plain text. */
export interface LinkingElement {
  readonly name: string;
  attribute(name: string): string | undefined;
}

/** The kind, the reference and the relations of an element that links somewhere; undefined for all others. */
export function referenceOf(
  element: LinkingElement,
): { from: PageLink["from"]; href: string; rel: string } | undefined {
  const from = SOURCES.get(element.name);
  if (from === undefined) return undefined;
  if (from === "refresh") {
    if (element.attribute("http-equiv")?.trim().toLowerCase() !== "refresh") return undefined;
    const href = refreshTarget(element.attribute("content") ?? "");
    return href === undefined ? undefined : { from, href, rel: "" };
  }
  const href = element.attribute(from === "frame" ? "src" : "href");
  if (href === undefined) return undefined;
  const rel = element.attribute("rel")?.toLowerCase() ?? "";
  return from === "link" && !LINK_RELATIONS.test(rel) ? undefined : { from, href, rel };
}

const SOURCES: ReadonlyMap<string, PageLink["from"]> = new Map([
  ["a", "a"],
  ["area", "area"],
  ["link", "link"],
  ["frame", "frame"],
  ["iframe", "frame"],
  ["meta", "refresh"],
]);
