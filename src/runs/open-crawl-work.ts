import type { CrawlParts, CrawlWork } from "./crawl-work.ts";
import type { WorkSettings } from "./work-settings.ts";

/** What a crawl adds; loaded for crawls alone. */
export async function openCrawlWork(
  settings: WorkSettings,
  parts: CrawlParts,
): Promise<CrawlWork | undefined> {
  if (settings.crawl === undefined) return undefined;
  const { openCrawl } = await import("./crawl-work.ts");
  return await openCrawl(settings, settings.crawl, parts);
}
