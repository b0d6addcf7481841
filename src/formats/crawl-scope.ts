import { getDomain } from "tldts";

import { compileUrlGlob, type MatchUrl } from "./url-glob.ts";

/** Which URLs a crawl goes to. */
export interface CrawlScopeOptions {
  /** Absolute http or https URLs where it begins: whatever they share with a link is measured on each of them. */
  readonly starts: readonly string[];
  /**
   * `host`: host name and port of a start, whichever of http and https. `domain`: any host of its
   * registrable domain (of `docs.example.co.uk`, `example.co.uk`; a domain of which users get parts, like
   * `github.io`, is no common one). `prefix`: its folder on its host and below. `any`: everywhere.
   * @default "host"
   */
  readonly within?: "host" | "domain" | "prefix" | "any" | undefined;
  /** Links away from a start that are followed: a start is at depth 0. @default Infinity */
  readonly depth?: number | undefined;
  /** Patterns of `compileUrlGlob`: only what one of them means. Starts are always in. @default everything */
  readonly include?: readonly string[] | undefined;
  /** Patterns of what is left out, whatever `include` says. @default nothing */
  readonly exclude?: readonly string[] | undefined;
}

/** Whether a URL belongs to a crawl, or why it does not. */
export type ScopeVerdict = "inside" | "too deep" | "elsewhere" | "excluded" | "not included";

/** Judges an absolute URL that was found so many links away from a start. */
export type CrawlScope = (url: string | URL, depth: number) => ScopeVerdict;

/**
 * Makes the judge of a crawl's links. Depth is asked first, then the place, then the patterns; a start is
 * never judged by patterns.
 * @throws UsageError for a pattern that is none. @throws TypeError for a start that is no URL.
 */
export function createCrawlScope(options: CrawlScopeOptions): CrawlScope {
  const { within = "host", depth: deepest = Number.POSITIVE_INFINITY } = options;
  const include = options.include?.map(compileUrlGlob) ?? [];
  const exclude = options.exclude?.map(compileUrlGlob) ?? [];
  const starts = options.starts.map((start) => new URL(start));
  const isNear = within === "any" ? () => true : nearnessTo(starts, within);
  const isMeant = (patterns: readonly MatchUrl[], url: URL): boolean =>
    patterns.some((matches) => matches(url));
  // Most links of a crawl lead to its own host, and need not be parsed to tell.
  const isPlain = include.length === 0 && exclude.length === 0 && within !== "prefix";
  const homes = isPlain ? starts.map((start) => `${start.origin}/`) : [];
  return (given, depth) => {
    if (depth > deepest) return "too deep";
    if (typeof given === "string" && homes.some((home) => given.startsWith(home))) return "inside";
    const url = typeof given === "string" ? new URL(given) : given;
    if (url.protocol !== "http:" && url.protocol !== "https:") return "elsewhere";
    if (!isNear(url)) return "elsewhere";
    if (depth === 0) return "inside";
    if (isMeant(exclude, url)) return "excluded";
    return include.length === 0 || isMeant(include, url) ? "inside" : "not included";
  };
}

function nearnessTo(
  starts: readonly URL[],
  within: "host" | "domain" | "prefix",
): (url: URL) => boolean {
  if (within === "prefix") {
    const prefixes = starts.map((start) => placeOf(start) + folderOf(start.pathname));
    return (url) => prefixes.some((prefix) => (placeOf(url) + url.pathname).startsWith(prefix));
  }
  const keyOf = within === "host" ? placeOf : domainOf;
  const keys = new Set(starts.map(keyOf));
  return (url) => keys.has(keyOf(url));
}

/** Host name and port, one for both schemes where they use their own ports. */
function placeOf({ hostname, port }: URL): string {
  return port === "" ? hostname : `${hostname}:${port}`;
}

/** The registrable domain; for addresses, and names that have none, the host itself. */
function domainOf(url: URL): string {
  return getDomain(url.hostname, { allowPrivateDomains: true }) ?? placeOf(url);
}

/** A path up to its last `/`. */
function folderOf(pathname: string): string {
  return pathname.slice(0, pathname.lastIndexOf("/") + 1);
}
