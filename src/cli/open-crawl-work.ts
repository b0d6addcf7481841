import type { CrawlParts, CrawlWork } from "./crawl-work.ts";
import type { Settings } from "./settings.ts";

/** What a crawl adds; loaded for crawls alone. */
export async function openCrawlWork(
  settings: Settings,
  parts: CrawlParts,
): Promise<CrawlWork | undefined> {
  if (settings.crawl === undefined) return undefined;
  const { openCrawl } = await import("./crawl-work.ts");
  return await openCrawl(settings, settings.crawl, parts);
}
