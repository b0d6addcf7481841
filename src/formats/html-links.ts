import { decodeHTMLAttribute } from "entities/decode";

import { HtmlTags } from "./html-tags.ts";
import { decodeHtml, encodingOf } from "./html-text.ts";
import { LinkText } from "./link-text.ts";
import { PageAddress } from "./page-address.ts";
import { type LinkingElement, type PageLink, referenceOf } from "./page-link.ts";

/** A page, and how it came. */
export interface LinkPage {
  readonly bytes: Uint8Array;
  /** The value of its Content-Type field, for its encoding. */
  readonly contentType: string | undefined;
  /** The URL that answered, after redirects. */
  readonly url: string;
}

/**
 * All links of an HTML page in the order in which they end, repeats included: `<a>`, `<area>`, frames,
 * `<link>` that is canonical, next or prev, and a refresh. Resolved against the page's `<base>`, decoded as
 * browsers do. Tags are scanned and no tree is built; links are found one by one as they are taken, in
 * time linear in the page's length and in memory that does not grow with their number. Never throws.
 */
export function* scanLinks({ bytes, contentType, url }: LinkPage): Generator<PageLink, void> {
  const html = decodeHtml(bytes, contentType);
  const base = new PageAddress(url, {
    baseHref: baseHrefOf(html),
    encoding: () => encodingOf(bytes, contentType),
  });
  const tags = new HtmlTags(html);
  const element = new ScannedElement(tags);
  /** The `<a>` that is open, whose text is gathered. */
  let open: { readonly url: string; readonly rel: string; readonly text: LinkText } | undefined;
  for (let goesOn = true; goesOn;) {
    goesOn = tags.next();
    open?.text.add(tags.html.slice(...tags.text), "encoded");
    // An `<a>` ends at its end tag, at the next `<a>`, which cannot be within it, or with the page.
    if (open !== undefined && (!goesOn || tags.name === "a")) {
      yield { url: open.url, from: "a", rel: open.rel, text: open.text.toString() };
      open = undefined;
    }
    if (tags.kind === "comment") continue;
    open?.text.pass(tags.name);
    const reference = tags.kind === "open" ? referenceOf(element) : undefined;
    const target = reference && base.target(reference.href);
    if (target === undefined) continue;
    const { from, rel } = reference!;
    if (from === "a") open = { url: target, rel, text: new LinkText() };
    else yield { url: target, from, rel, text: "" };
  }
}

/** The tag that stands now, its attributes decoded. */
class ScannedElement implements LinkingElement {
  readonly #tags: HtmlTags;

  constructor(tags: HtmlTags) {
    this.#tags = tags;
  }

  get name(): string {
    return this.#tags.name;
  }

  attribute(name: string): string | undefined {
    let value = this.#tags.attribute(name);
    if (value === undefined && name === "href" && this.#tags.isForeign) {
      value = this.#tags.attribute("xlink:href");
    }
    return value?.includes("&") === true ? decodeHTMLAttribute(value) : value;
  }
}

/** The reference of the first `<base>` that has one; looked for only where the text may have any. */
function baseHrefOf(html: string): string | undefined {
  if (!/<base[\s/]/i.test(html)) return undefined;
  const tags = new HtmlTags(html);
  const element = new ScannedElement(tags);
  while (tags.next()) {
    if (tags.kind !== "open" || tags.name !== "base") continue;
    const href = element.attribute("href");
    if (href !== undefined) return href;
  }
  return undefined;
}
