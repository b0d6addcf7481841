import { createDocument, type Document } from "../formats/document.ts";
import { expectedKinds } from "../formats/expected-kind.ts";
import { type LinkPage, scanLinks } from "../formats/html-links.ts";
import type { PageLink } from "../formats/page-link.ts";
import type { SelectLinks } from "../formats/select-links.ts";

/** Which links of a page a crawl takes, as CSS selectors. */
export interface LinkSelectors {
  /** Links that lead to further pages. @default all that do not lead to what is plainly a file, where files are downloaded; else all */
  readonly follow?: string | undefined;
  /** Links that lead to files. */
  readonly download?: string | undefined;
  /** The link to the page that continues this one. */
  readonly next?: string | undefined;
  /** Whether links to PDFs are files, where no selector says which are. @default "as all others" */
  readonly pdf?: "files" | "as all others" | undefined;
}

/** A link that is taken. */
export interface TakenLink {
  readonly url: string;
  readonly title: string;
  readonly kind: "page" | "file";
  /** Among the links of its page, from 1; the page that continues it comes after all of them. */
  readonly position: number;
}

/** Finds the links of a page that are to be taken, in its order. Never throws. */
export type FindLinks = (page: LinkPage) => TakenLink[];

/** More links than any honest page has: those beyond are not taken. */
export const MOST_LINKS = 50_000;
/** Where the page that continues this one stands. */
const LAST = 1_000_000;

/**
 * Compiles what a crawl takes from its pages. Without selectors for pages, links with `rel=nofollow` are
 * left out; what a selector means is taken as it is.
 * @throws UsageError for a selector that is none.
 */
export async function compileFindLinks(selectors: LinkSelectors): Promise<FindLinks> {
  const { follow, download, next, pdf } = selectors;
  const isPdf = (url: string): boolean => pdf === "files" && /\.pdf$/i.test(pathOf(url));
  const takesFiles = download !== undefined || pdf === "files";
  if (follow === undefined && download === undefined && next === undefined) {
    return (page) => numbered(scanLinks(page), { isFile: isPdf, isNext: () => false, takesFiles });
  }
  const { compileLinkSelector } = await import("../formats/select-links.ts");
  const all = [follow, follow === undefined ? undefined : download, follow && next];
  const meant = all.filter((one) => one !== undefined).join(", ");
  // One selector for all that is meant tells their order in the page.
  const pages = follow === undefined ? undefined : compileLinkSelector(meant);
  const followed = follow === undefined ? undefined : compileLinkSelector(follow);
  const files = download === undefined ? undefined : compileLinkSelector(download);
  const nexts = next === undefined ? undefined : compileLinkSelector(next);
  return (page) => {
    const document = createDocument(page.bytes, page.contentType);
    const urlsOf = urlsIn(document, page.url);
    const isFile = urlsOf(files);
    const isNext = urlsOf(nexts);
    const isMeant = (url: string): boolean => isFile.has(url) || isPdf(url);
    if (pages !== undefined) {
      const isFollowed = urlsOf(followed);
      const links = pages(document, page.url).filter(
        ({ url }) => isFile.has(url) || isNext.has(url) || isFollowed.has(url),
      );
      return taken(links, { isFile: isMeant, isNext: (url) => isNext.has(url) });
    }
    return numbered(scanLinks(page), {
      isFile: isMeant,
      isNext: (url) => isNext.has(url),
      takesFiles,
    });
  };
}

function urlsIn(document: Document, url: string): (select: SelectLinks | undefined) => Set<string> {
  return (select) => new Set(select?.(document, url).map((link) => link.url));
}

/** All links of a page but those that are not to be followed. */
function numbered(
  links: Iterable<PageLink>,
  { isFile, isNext, takesFiles }: Meaning & { readonly takesFiles: boolean },
): TakenLink[] {
  const kept: PageLink[] = [];
  for (const link of links) {
    if (kept.length === MOST_LINKS) break;
    const isNamed = isFile(link.url) || isNext(link.url);
    if (!isNamed && /(?:^|\s)nofollow(?:\s|$)/.test(link.rel)) continue;
    if (!isNamed && takesFiles && isPlainlyFile(link.url)) continue;
    kept.push(link);
  }
  return taken(kept, { isFile, isNext });
}

/** What links of a page mean, by their URL. */
interface Meaning {
  readonly isFile: (url: string) => boolean;
  readonly isNext: (url: string) => boolean;
}

function taken(links: readonly PageLink[], { isFile, isNext }: Meaning): TakenLink[] {
  return links.slice(0, MOST_LINKS).map(({ url, text, rel }, index) => {
    const kind = isFile(url) ? "file" : "page";
    const goesOn = kind === "page" && (isNext(url) || /(?:^|\s)next(?:\s|$)/.test(rel));
    const position = goesOn ? LAST + index + 1 : index + 1;
    return { url, title: text, kind, position };
  });
}

/** Whether a name tells that there is no page behind it. */
export function isPlainlyFile(url: string): boolean {
  const kinds = expectedKinds(pathOf(url));
  return kinds !== undefined && !kinds.includes("html");
}

/** The path of an absolute URL without its parsing: what stands before the query. */
function pathOf(url: string): string {
  const query = url.indexOf("?");
  return query === -1 ? url : url.slice(0, query);
}
