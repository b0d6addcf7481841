/** What a crawl follows, fetches and makes of it. */
export interface CrawlSettings {
  readonly starts: readonly string[];
  /** CSS selectors; several are one list. */
  readonly follow: string | undefined;
  readonly download: string | undefined;
  readonly next: string | undefined;
  readonly within: "host" | "domain" | "prefix" | "any";
  readonly depth: number | undefined;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Parameters that do not tell one page from another. */
  readonly dropParameters: readonly string[];
  readonly sitemaps: "read" | "not read";
  readonly robots: "obeyed" | "not read";
  /** A folder of files that are named after their URLs. */
  readonly folder: string | undefined;
  /** The book that the files are bound to. */
  readonly book: { readonly path: string; readonly title: string | undefined } | undefined;
}
