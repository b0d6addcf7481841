/** What of a URL does not tell one page from another. */
export interface CanonicalOptions {
  /**
   * Names of parameters that are left out of the query and of the path's segments (`;jsessionid=…`), in
   * any case; `utm_*` means all that begin so. @default none
   */
  readonly dropParameters?: readonly string[] | undefined;
}

/** Gives the canonical form of a URL. @throws TypeError for what is no absolute URL. */
export type Canonicalise = (url: string | URL) => string;

/** URLs that are their own canonical form, as most links are once they are resolved: nothing to parse. */
const CANONICAL =
  /^https?:\/\/[a-z0-9][a-z0-9.-]*(?::[1-9]\d{0,4})?\/[\w\-~!$&()*+,;=:@/.]*(?:\?[\w\-~!$&()*+,;=:@/.?]+)?$/;
/** A port that may be the scheme's own, a host that may be a number, a segment of dots. */
const DOUBTFUL =
  /^[^/]*\/\/[^/]*(?::(?:80|443)\/|\.?\d[a-fx\d]*\.?[/:]|\.\/|xn--)|\/\.\.?(?:[/?]|$)/i;

/**
 * Makes the form under which a crawl remembers what it has seen (RFC 3986 §6.2.2 and §6.2.3 on the URL
 * that WHATWG's parser gives): scheme and host in small letters, no default port, no dot segments, no
 * fragment, no credentials, no empty query; unreserved characters not percent-encoded, triplets in
 * capitals. What servers may tell apart stays: the case of path and query, the query's order, trailing
 * and double slashes.
 */
export function canonicaliser({ dropParameters = [] }: CanonicalOptions = {}): Canonicalise {
  const isDropped = dropParameters.length === 0 ? undefined : matcherOf(dropParameters);
  return (given) => {
    if (typeof given === "string" && isDropped === undefined && isCanonical(given)) return given;
    const url = typeof given === "string" ? new URL(given) : given;
    let { pathname, search } = url;
    if (isDropped !== undefined) {
      pathname = pathname.replace(/;([^;/=]*)(?:=[^;/]*)?/g, (parameter, name: string) =>
        isDropped(name) ? "" : parameter,
      );
      search = keptQuery(search, isDropped);
    }
    const host = url.host === "" ? "" : `//${url.host}`;
    return `${url.protocol}${host}${normalEscapes(pathname)}${search === "?" ? "" : normalEscapes(search)}`;
  };
}

function isCanonical(url: string): boolean {
  return CANONICAL.test(url) && !DOUBTFUL.test(url);
}

function keptQuery(search: string, isDropped: (name: string) => boolean): string {
  const kept = search
    .slice(1)
    .split("&")
    .filter((pair) => !isDropped(/^[^=]*/.exec(pair)![0]));
  return kept.length === 0 || (kept.length === 1 && kept[0] === "") ? "" : `?${kept.join("&")}`;
}

function normalEscapes(text: string): string {
  if (!text.includes("%")) return text;
  return text.replace(/%[0-9A-Fa-f]{2}/g, (triplet) => {
    const character = String.fromCharCode(Number.parseInt(triplet.slice(1), 16));
    return /[\w.~-]/.test(character) ? character : triplet.toUpperCase();
  });
}

function matcherOf(names: readonly string[]): (name: string) => boolean {
  const exact = new Set<string>();
  const beginnings: string[] = [];
  for (const name of names) {
    if (name.endsWith("*")) beginnings.push(name.slice(0, -1).toLowerCase());
    else exact.add(name.toLowerCase());
  }
  return (name) => {
    const folded = name.toLowerCase();
    return exact.has(folded) || beginnings.some((beginning) => folded.startsWith(beginning));
  };
}
