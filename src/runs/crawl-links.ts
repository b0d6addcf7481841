import type { Answered } from "../core/outcome.ts";
import type { Row } from "../core/row.ts";
import type { Canonicalise } from "../formats/canonical-url.ts";
import { type CrawlScope, createCrawlScope, type ScopeVerdict } from "../formats/crawl-scope.ts";
import { formatCount } from "../formats/quantity.ts";
import type { TakenLink } from "../jobs/find-links.ts";
import { wasPublic } from "../middleware/redirect.ts";
import { type FoundLink, foundOf } from "../sources/frontier-line.ts";
import type { CrawlSettings } from "./crawl-settings.ts";
import type { WorkSettings } from "./work-settings.ts";

/** Decides which links of a page belong to a crawl. */
export interface LinkJudge {
  /** The links that do, as rows to be. */
  inScope(row: Row, links: readonly TakenLink[], answered: Answered): FoundLink[];
  /** What a sitemap names, where it is in the scope: a start, however deep. */
  inSitemap(entry: Pick<TakenLink, "url" | "position">, answer: SitemapAnswer): FoundLink[];
  /** Whether a URL is where the crawl is. */
  isNear(url: string): boolean;
  /** A row was answered under another URL: where a start leads, the crawl begins too. */
  moved(row: number, url: string): void;
  /** What was left out and why, in words. */
  remarks(): readonly string[];
}

/** How a sitemap came. */
export type SitemapAnswer = Pick<Answered, "request" | "response">;

/** Judges links by the scope of a crawl. @throws UsageError for a pattern that is none */
export function createLinkJudge(
  { redirectsTo }: WorkSettings,
  crawl: CrawlSettings,
  canonical: Canonicalise,
): LinkJudge {
  const { within, include, exclude, depth } = crawl;
  const starts = [...crawl.starts];
  const scoped = (): { readonly pages: CrawlScope; readonly files: CrawlScope } => {
    const files = {
      starts,
      within,
      exclude,
      ...(include.length === 0 ? {} : { include }),
    };
    return {
      pages: createCrawlScope({ ...files, depth }),
      files: createCrawlScope(files),
    };
  };
  let scope = scoped();
  const left = new Map<ScopeVerdict, number>();

  function moved(row: number, url: string): void {
    if (row > crawl.starts.length || starts.includes(url)) return;
    starts.push(url);
    scope = scoped();
  }

  return {
    moved,
    isNear: (url) => scope.files(url, 0) === "inside",
    inSitemap({ url: found, position }, { request, response }) {
      const url = canonical(found);
      const verdict = scope.files(url, 1);
      if (verdict !== "inside") {
        left.set(verdict, (left.get(verdict) ?? 0) + 1);
        return [];
      }
      const isChapter = crawl.book !== undefined && /\.pdf$/i.test(new URL(url).pathname);
      const kind = isChapter ? "file" : "page";
      const link = { url, kind, depth: 0, title: "", position } as const;
      const crosses = !url.startsWith(`${new URL(response.url).origin}/`);
      const isPublic = redirectsTo === "public" && wasPublic(request, response);
      return [crosses && isPublic ? { ...link, reach: "public" } : link];
    },
    inScope(row, links, { request, response }) {
      const page = foundOf(row);
      if (response.redirects.length > 0) {
        moved(row.number, canonical(response.url));
        // A page that led out of the scope tells nothing of what is in it.
        if (scope.pages(response.url, page.depth) !== "inside") return [];
      }
      const isPublic = redirectsTo === "public" && wasPublic(request, response);
      const origin = new URL(response.url).origin;
      const found: FoundLink[] = [];
      for (const link of links) {
        const url = canonical(link.url);
        const isFile = link.kind === "file";
        const judge = isFile ? scope.files : scope.pages;
        const verdict = judge(url, page.depth + 1);
        if (verdict !== "inside") {
          left.set(verdict, (left.get(verdict) ?? 0) + 1);
          continue;
        }
        const crosses = !url.startsWith(`${origin}/`);
        const reach = isPublic && (crosses || page.reach !== undefined) ? "public" : undefined;
        found.push({
          ...{ url, kind: link.kind, title: link.title, position: link.position },
          depth: isFile ? page.depth : page.depth + 1,
          ...(reach === undefined ? {} : { reach }),
        });
      }
      return found;
    },
    remarks() {
      if (left.size === 0) return [];
      const parts = [...left].map(([why, count]) => `${formatCount(count)} ${WORDS[why]}`);
      return [`links not followed: ${parts.join(", ")}`];
    },
  };
}

const WORDS: Readonly<Record<ScopeVerdict, string>> = {
  inside: "inside",
  "too deep": "deeper than --depth",
  elsewhere: "out of --scope",
  excluded: "excluded",
  "not included": "not included",
};
