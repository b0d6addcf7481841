import type { CompiledCrawl } from "../jobs/step-crawl.ts";

/** One host gently: with two at once, until it is seen that it takes more. */
export const FIRST_AT_ONCE = 2;

/** What a crawl follows, fetches and makes of it, and where it begins. */
export interface CrawlSettings extends CompiledCrawl {
  readonly starts: readonly string[];
}
