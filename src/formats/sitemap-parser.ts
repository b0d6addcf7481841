/** What a sitemap names. */
export interface SitemapEntry {
  /** A page to ask for, or a further sitemap. */
  readonly kind: "page" | "sitemap";
  /** Absolute http or https URL, normalised (WHATWG), without fragment and credentials. */
  readonly url: string;
  /** When it changed, in the sitemap's words (a W3C date); undefined where it does not say. */
  readonly changed: string | undefined;
}

/** A sitemap cannot be read, or not further: what was read of it before holds. */
export class SitemapError extends Error {
  override readonly name = "SitemapError";
}

/** Takes the text of a sitemap piece by piece. */
export interface SitemapParser {
  /** Reads a piece and tells of each entry that ends in it. @throws SitemapError */
  write(text: string): void;
  /** @throws SitemapError where the text is not whole. */
  end(): void;
}
