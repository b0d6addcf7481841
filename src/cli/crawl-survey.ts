import { systemClock } from "../core/clock.ts";
import type { Outcome } from "../core/outcome.ts";
import type { HttpRequest } from "../core/request.ts";
import { readingOrder } from "../jobs/reading-order.ts";
import { count, createTally } from "../report/tally.ts";
import { bookNameOrder } from "../sinks/book-name-order.ts";
import { watchCaps } from "../runs/watch-caps.ts";
import { crawlGraph } from "../runs/crawl-graph.ts";
import { createCrawlListing } from "../runs/crawl-listing.ts";
import { listenForInterrupts } from "./interrupts.ts";
import { openPipeline } from "../runs/pipeline.ts";
import { createProgress, progressKind } from "./progress.ts";
import { createRequestLatencies } from "./request-latencies.ts";
import { RunStopped } from "../runs/run-stopped.ts";
import type { Settings } from "./settings.ts";
import type { Terminal } from "./terminal.ts";
import { titleOf } from "./work-title.ts";

/** Something that a crawl would fetch. */
export interface ListedUrl {
  readonly url: string;
  readonly kind: "page" | "file" | "sitemap";
  /** The text of the link to it; "" where it has none. */
  readonly title: string;
  /** A page may have been read, or have failed; whatever was not asked for is found, and no more is known. */
  readonly state: "read" | "failed" | "found";
  /** Why a page could not be read. */
  readonly why: string | undefined;
}

/** What reading a crawl's pages has shown. */
export interface CrawlSurvey {
  /** In reading order. */
  readonly urls: readonly ListedUrl[];
  /** What was found and would not be fetched, and why. */
  readonly skipped: readonly { readonly url: string; readonly why: string }[];
  /** Requests that left: those for robots.txt, retries and redirects' hops too. */
  readonly requests: number;
  /** How long an answer takes, and how long a host asks to wait between two requests, by origin. Milliseconds. */
  readonly latencies: ReadonlyMap<string, number>;
  readonly pauses: ReadonlyMap<string, number>;
  /** The flag of the cap that ended the reading; undefined where all pages were read. */
  readonly cutBy: string | undefined;
  /** 128 + the signal's number, where one came. */
  readonly interrupted: number | undefined;
  /** The request for the first page. */
  readonly first: readonly HttpRequest[];
}

/**
 * Reads the pages of a crawl under all its politeness, and lists what it would fetch. Downloads nothing and
 * writes nothing. @throws UsageError, and RunStopped where it cannot go on for another reason than a cap
 */
export async function surveyCrawl(settings: Settings, terminal: Terminal): Promise<CrawlSurvey> {
  const listing = createCrawlListing();
  const now = { ...settings, listing };
  const tally = createTally(settings.caps.price);
  const latencies = createRequestLatencies();
  const outcomes = new Map<number, Told>();
  let first: HttpRequest | undefined;
  using progress = createProgress({
    kind: progressKind(settings.progress, terminal, "other"),
    terminal,
    clock: systemClock,
    tally,
    title: titleOf(settings),
  });
  using interrupts = listenForInterrupts(process, systemClock, () => interrupts.stopNow());
  using caps = watchCaps(now, tally, systemClock, () => interrupts.drainNow());
  await using pipeline = await openPipeline(now, { say: (line) => progress.say(line) });
  const work = await pipeline.prepare(now);
  let cutBy: string | undefined;
  try {
    await work.run(
      [
        (event) => {
          // What is only listed is no failure that a person should see.
          if (event.type === "settled" && listing.isListed(event.outcome.call.row)) return;
          count(tally, event);
          progress.listen(event);
          if (event.type !== "settled") return;
          const { outcome } = event;
          caps.check(outcome);
          latencies.note(outcome);
          outcomes.set(outcome.call.row, toldOf(outcome));
          if (outcome.call.row === 1) first = outcome.request;
        },
      ],
      interrupts,
    );
  } catch (error) {
    if (!(error instanceof RunStopped) || error.reason !== "cap") {
      if (interrupts.exitCode === undefined) throw error;
    } else cutBy = error.remedy === "" ? "--max-requests" : "--max-cost";
  }
  const graph = await crawlGraph([listing.lines()]);
  const urls: ListedUrl[] = [];
  const skipped: CrawlSurvey["skipped"][number][] = [];
  const order = { compare: bookNameOrder, places: "everything" } as const;
  for (const { row, title } of readingOrder(graph.rows, graph.edges, order)) {
    const { url, kind: found } = graph.rows.get(row)!;
    const told = outcomes.get(row);
    if (told?.kind === "skipped") {
      skipped.push({ url, why: told.why ?? "" });
      continue;
    }
    const isFile = found === "file" || listing.isListed(row);
    const kind = isFile ? "file" : found;
    const state = isFile || told === undefined ? "found" : told.kind;
    urls.push({ url, kind, title, state, why: state === "failed" ? told?.why : undefined });
  }
  return {
    urls,
    skipped,
    requests: tally.requests,
    latencies: latencies.medians(),
    pauses: listing.pauses,
    cutBy: cutBy ?? caps.reached?.flag,
    interrupted: interrupts.exitCode,
    first: first === undefined ? [] : [first],
  };
}

interface Told {
  readonly kind: "read" | "failed" | "skipped";
  readonly why: string | undefined;
}

function toldOf(outcome: Outcome): Told {
  if (outcome.kind === "answered") return { kind: "read", why: undefined };
  const { code, message } = outcome.failure;
  return { kind: outcome.kind, why: `${code}: ${message}` };
}
