import { formatCount } from "../formats/quantity.ts";
import { redactUrl } from "../formats/redact-url.ts";
import { visible } from "../formats/visible.ts";
import { formatColumns } from "../report/text-columns.ts";
import type { CrawlSurvey } from "./crawl-survey.ts";
import { planToJson } from "./plan-json.ts";
import { planLines } from "./plan-lines.ts";
import type { PlannedWork } from "./planned-work.ts";

/** Requests of a plan without --max-requests. */
export const MOST_READ = 1_000;

/** The plan of a crawl, and what its pages have shown. */
export interface PlannedCrawl {
  readonly work: PlannedWork;
  readonly survey: CrawlSurvey;
}

/** A plan of a crawl in words: what would be fetched, in order, then how long it takes and what it costs. */
export function crawlPlanLines({ work, survey }: PlannedCrawl): readonly string[] {
  const { urls, cutBy } = survey;
  const listed = urls.map(({ kind, url, title, state, why }, index) => [
    formatCount(index + 1),
    kind,
    visible(redactUrl(url)),
    state === "failed" ? `cannot be read: ${visible(why ?? "")}` : visible(title),
  ]);
  return [
    "what would be fetched, in reading order",
    ...formatColumns(listed, ["right", "left", "left", "left"]),
    ...skippedLines(survey),
    "",
    ...planLines(work),
    "",
    ...(cutBy === undefined ? [] : [cutWords(survey)]),
    readWords(survey),
  ];
}

function skippedLines({ skipped }: CrawlSurvey): readonly string[] {
  if (skipped.length === 0) return [];
  const lines = skipped.map(({ url, why }) => [visible(redactUrl(url)), visible(why)]);
  return ["what would not be", ...formatColumns(lines, ["left", "left"])];
}

function cutWords({ cutBy, urls }: CrawlSurvey): string {
  const found = `found ${formatCount(urls.length)} so far`;
  const more = `--max-requests N reads on`;
  return cutBy === "--max-requests"
    ? `not all pages were read, there may be more: ${found}; ${more} (without it ${formatCount(MOST_READ)})`
    : `not all pages were read, there may be more: ${found} when ${cutBy} ended it`;
}

/** How many pages were read; what they cost is told with them. */
function readWords(survey: CrawlSurvey): string {
  const pages = pagesRead(survey);
  const read = pages === 1 ? "1 page was read" : `${formatCount(pages)} pages were read`;
  const { requests } = survey;
  const sent =
    requests === pages
      ? ""
      : ` in ${formatCount(requests)} ${requests === 1 ? "request" : "requests"}`;
  return `${read}${sent}, no file was downloaded`;
}

/** 1 where a page could not be read, or none was: as the crawl's own would be. */
export function exitCodeOfCrawlPlan({ survey }: PlannedCrawl): number {
  const isFailed = survey.urls.some(({ state }) => state === "failed");
  return isFailed || pagesRead(survey) === 0 ? 1 : 0;
}

function pagesRead({ urls }: CrawlSurvey): number {
  return urls.filter(({ state }) => state === "read").length;
}

/** The plan of a crawl as JSON: as any other, with what was found. */
export function crawlPlanToJson({ work, survey }: PlannedCrawl): object {
  return {
    ...planToJson(work),
    urls: survey.urls.map(({ url, why, ...rest }) => ({
      ...{ url: redactUrl(url), ...rest },
      why: why ?? null,
    })),
    skipped: survey.skipped.map(({ url, why }) => ({ url: redactUrl(url), why })),
    cutBy: survey.cutBy ?? null,
    pagesRead: pagesRead(survey),
    sent: survey.requests,
  };
}
