import { createReadStream } from "node:fs";

import { Failure } from "../core/failure.ts";
import type { HttpRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import type { Row } from "../core/row.ts";
import type { Middleware } from "../core/send.ts";
import { readSitemap } from "../formats/sitemap.ts";
import { SitemapError } from "../formats/sitemap-parser.ts";
import type { RobotsTxt } from "../protocol/robots-txt.ts";
import { type FoundLink, foundOf } from "../sources/frontier-line.ts";
import type { Frontier } from "../sources/frontier.ts";
import type { LinkJudge } from "./crawl-links.ts";

/** The sitemaps of a crawl: where they are, and what is in them. */
export interface CrawlSitemaps {
  /** Notes which rows are sitemaps, before they are asked for. */
  note(rows: readonly Row[]): void;
  /** Takes the sitemaps that the robots.txt of a start names; where it names none, the usual place. */
  named(origin: string, robots: RobotsTxt | undefined): void;
  /** Reads each sitemap before it counts as answered. */
  readonly middleware: Middleware;
}

/** What sitemaps work with. */
export interface SitemapParts {
  readonly frontier: Frontier;
  readonly judge: LinkJudge;
  readonly starts: readonly string[];
  readonly canonical: (url: string) => string;
}

/** More sitemaps of one crawl are not read: 1,000 are 50 million pages. */
const MOST_SITEMAPS = 1_000;
/** After the starts, among what has no page. */
const BEHIND_STARTS = 1_000_000;

/** Reads the sitemaps of a crawl's own sites, and those that they name. */
export function crawlSitemaps({ frontier, judge, starts, canonical }: SitemapParts): CrawlSitemaps {
  const rows = new Set<number>();
  const origins = new Set(starts.map((start) => new URL(start).origin));
  let count = 0;

  function sitemapAt(url: string, position: number): FoundLink[] {
    count += 1;
    if (count > MOST_SITEMAPS) return [];
    return [{ url: canonical(url), kind: "sitemap", depth: 0, title: "", position }];
  }

  async function read(response: HttpResponse, request: HttpRequest, row: number): Promise<void> {
    const { body, url } = response;
    const chunks = body instanceof Uint8Array ? [body] : createReadStream(body.path);
    let position = 0;
    try {
      for await (const entry of readSitemap(chunks, { url })) {
        position += 1;
        const found =
          entry.kind === "page"
            ? judge.inSitemap({ url: entry.url, position }, { request, response })
            : judge.isNear(entry.url)
              ? sitemapAt(entry.url, position)
              : [];
        frontier.add(found, row);
      }
    } catch (error) {
      if (!(error instanceof SitemapError)) throw error;
      const words = `the sitemap cannot be read: ${error.message}`;
      throw new Failure("E_PARSE", words, { request, response, cause: error });
    }
  }

  return {
    note(found) {
      for (const row of found) if (foundOf(row).kind === "sitemap") rows.add(row.number);
    },
    named(origin, robots) {
      if (!origins.delete(origin)) return;
      const told = robots?.sitemaps ?? [];
      const urls = told.map((text) => URL.parse(text, origin)?.href).filter((url) => url);
      const there = urls.length === 0 ? [`${origin}/sitemap.xml`] : urls;
      for (const [index, url] of there.entries()) {
        if (judge.isNear(url!)) frontier.add(sitemapAt(url!, BEHIND_STARTS + index), 0);
      }
    },
    middleware: (next) => (request, call) => {
      const answer = next(request, call);
      if (!rows.delete(call.row)) return answer;
      return answer.then(async (response) => {
        await read(response, request, call.row);
        return response;
      });
    },
  };
}
