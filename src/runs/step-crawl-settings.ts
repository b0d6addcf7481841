import { UsageError } from "../core/usage-error.ts";
import { headerValue, type HeaderList, withoutHeaders } from "../core/headers.ts";
import { visible } from "../formats/visible.ts";
import type { CompiledStep } from "../jobs/compile-step.ts";
import type { CompiledCrawl } from "../jobs/step-crawl.ts";
import { createStepRequests, NO_ROW } from "../jobs/step-requests.ts";
import { checkUrl } from "../sources/check-url.ts";
import type { CrawlSettings } from "./crawl-settings.ts";
import type { JobRun } from "./job-run.ts";

/** Where the crawl of a step begins, and with which header fields. */
export interface StepCrawl {
  readonly crawl: CrawlSettings;
  /** Without the User-Agent. */
  readonly headers: HeaderList;
  /** By its name a site's robots.txt speaks of us; undefined for our own. */
  readonly userAgent: string | undefined;
}

/** The crawl of a step, beginning at the URL that its template gives. @throws UsageError for one that is none */
export function stepCrawl(
  step: CompiledStep,
  crawl: CompiledCrawl,
  { job, folder }: JobRun,
): StepCrawl {
  const { make } = createStepRequests(step, { constants: job.constants, folder });
  const { url, headers, refusal } = make(NO_ROW);
  if (refusal !== undefined) {
    throw new UsageError(`the step ${visible(step.id)} cannot begin: ${refusal}`);
  }
  checkUrl(url);
  return {
    crawl: { ...crawl, starts: [url] },
    headers: withoutHeaders(headers, (name) => name === "user-agent"),
    userAgent: headerValue(headers, "user-agent"),
  };
}
