import type { CompiledCrawl } from "../jobs/step-crawl.ts";

/** What a crawl follows, fetches and makes of it, and where it begins. */
export interface CrawlSettings extends CompiledCrawl {
  readonly starts: readonly string[];
}
