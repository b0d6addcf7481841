import type { Middleware } from "../core/send.ts";
import type { LinkPage } from "../formats/html-links.ts";
import type { FindLinks, LinkSelectors } from "../jobs/find-links.ts";

/** Reads the pages of a crawl. */
export interface PageReader {
  /** Stands among the last before the gates: no page is answered before it can be read. */
  readonly middleware: Middleware;
  /** The links that are taken, once a page was answered. */
  readonly find: FindLinks;
  /** The title of an answered page; "" where it has none. */
  readonly title: (page: Omit<LinkPage, "url">) => string;
}

/**
 * Opens what reads pages. Selectors are checked at once; the rest is loaded while the first page is on its
 * way, time in which a crawl has nothing else to do, and what `later` loads while those are that it led to.
 * @throws UsageError for a selector that is none
 */
export async function openPageReader(
  selectors: LinkSelectors,
  later: () => Promise<unknown>,
): Promise<PageReader> {
  const { follow, download, next: continuing } = selectors;
  const isPlain = [follow, download, continuing].every((selector) => selector === undefined);
  let reads = isPlain ? undefined : await load(selectors);
  let first: Promise<void> | undefined;
  let second: Promise<unknown> | undefined;

  return {
    middleware: (next) => (request, call) => {
      const answer = next(request, call);
      if (second !== undefined || request.target === "/robots.txt") return answer;
      if (first !== undefined && reads !== undefined) {
        // Whoever needs it hears of a failure.
        second = onTheWire()
          .then(later)
          .catch(() => {});
        return answer;
      }
      first ??= onTheWire().then(async () => {
        reads ??= await load(selectors);
      });
      return Promise.all([answer, first]).then(([response]) => response);
    },
    find: (page) => reads!.find(page),
    title: ({ bytes, contentType }) => reads!.pageTitle(bytes, contentType),
  };
}

async function load(selectors: LinkSelectors) {
  const { compileFindLinks } = await import("../jobs/find-links.ts");
  const { pageTitle } = await import("../formats/page-title.ts");
  return { find: await compileFindLinks(selectors), pageTitle };
}

/** Resolves once what was just sent is on the wire: in the next turn of the event loop. */
function onTheWire(): Promise<void> {
  return new Promise((resolve) => setImmediate(setImmediate, resolve));
}
