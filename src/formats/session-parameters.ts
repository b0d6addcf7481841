/** Told of a crawl's URLs one by one; gives the name of a parameter once it looks like a session's. */
export type WatchParameters = (url: string) => string | undefined;

/** URLs with a parameter before anything is said of it. */
const MANY = 100;
/** Values of it for one and the same page, on average. */
const VALUES_A_PAGE = 5;
/** Parameters, and pages of one, that are kept in mind: a parameter of more pages is one of theirs. */
const [MOST_NAMES, MOST_PAGES] = [100, 1_000];
const TOLD = Infinity;

/** A number given to a visitor has letters and digits; that of a page or an article only digits. */
const VISITOR = /^(?=[^\d]*\d)(?=[^a-z]*[a-z])[\w-]{6,}$/i;

/**
 * Watches for parameters that name the visitor and not the page (`?sid=1oa2ai0`): a server that gives a
 * new one with each answer has no end. Each is told once, when a hundred URLs or more with it are a fifth
 * as many without; it remembers a bounded number of pages.
 */
export function watchParameters(): WatchParameters {
  const seen = new Map<string, { readonly pages: Set<string>; urls: number }>();
  return (url) => {
    const query = url.indexOf("?");
    if (query === -1) return undefined;
    const pairs = url.slice(query + 1).split("&");
    for (const [index, pair] of pairs.entries()) {
      const equals = pair.indexOf("=");
      if (equals < 1 || !VISITOR.test(pair.slice(equals + 1))) continue;
      const name = pair.slice(0, equals);
      let one = seen.get(name);
      if (one === undefined) {
        if (seen.size === MOST_NAMES) continue;
        seen.set(name, (one = { pages: new Set(), urls: 0 }));
      }
      if (one.urls === TOLD || one.pages.size === MOST_PAGES) continue;
      one.urls += 1;
      one.pages.add(`${url.slice(0, query)}?${pairs.toSpliced(index, 1).join("&")}`);
      if (one.urls < MANY || one.pages.size * VALUES_A_PAGE > one.urls) continue;
      one.urls = TOLD;
      one.pages.clear();
      return name;
    }
    return undefined;
  };
}
