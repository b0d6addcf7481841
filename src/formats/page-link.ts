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

/** More than any refresh says. */
const LONGEST_CONTENT = 8_192;

/** Where a `<meta http-equiv=refresh>` leads (HTML §4.2.5.3), not yet resolved; undefined where nowhere else. */
export function refreshTarget(content: string): string | undefined {
  const match = /^[\s]*[\d.]+[\s]*(?:[;,\s][\s]*)(?:url[\s]*=[\s]*)?(.*)$/is.exec(
    content.slice(0, LONGEST_CONTENT),
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
