import { responseHeader } from "../core/headers.ts";
import type { Row } from "../core/row.ts";
import type { Send } from "../core/send.ts";
import type { SessionParts } from "../engine/session.ts";
import { canonicaliser } from "../formats/canonical-url.ts";
import { visible } from "../formats/visible.ts";
import type { PickedColumn } from "../jobs/extract-picks.ts";
import { extractCrawled } from "../jobs/extract-crawled.ts";
import { extractLinks } from "../jobs/extract-links.ts";
import type { Extract } from "../jobs/extract.ts";
import type { LinkSelectors } from "../jobs/find-links.ts";
import { continueDownload } from "../middleware/continue-download.ts";
import { validatorsOf } from "../protocol/validators.ts";
import { openFrontier } from "../sources/frontier.ts";
import { createMemoryStore } from "../sources/frontier-store.ts";
import type { SpoolOptions } from "../transport/spool.ts";
import { checkBook } from "./check-book.ts";
import { openEarlierCrawl } from "./crawl-earlier.ts";
import { createLinkJudge } from "./crawl-links.ts";
import { noteVisits } from "./crawl-visits.ts";
import { crawlManners } from "./crawl-manners.ts";
import { claimRedirects } from "./crawl-redirects.ts";
import { savingOf } from "./crawl-saving.ts";
import { openFileStore } from "./crawl-store.ts";
import type { CrawlSitemaps, SitemapParts } from "./crawl-sitemaps.ts";
import { crawlTasks } from "./crawl-tasks.ts";
import { keepHeapSmall } from "./keep-heap-small.ts";
import { type CrawlSettings, FIRST_AT_ONCE } from "./crawl-settings.ts";
import { compileInSmallPieces } from "./spare-compiler.ts";
import type { WorkSettings } from "./work-settings.ts";
import type { WorkChanges } from "./tell-changes.ts";
import { openPageReader } from "./page-reader.ts";
import type { Saving } from "./work-claims.ts";
import type { WorkOutput } from "./work-output.ts";
import type { SpoolFolder } from "./work-spool.ts";
import type { WorkRun } from "./work-run.ts";
import type { Tasks } from "./work-tasks.ts";

/** What a crawl adds to the pipeline that `get` and `map` run on. */
export interface CrawlWork extends AsyncDisposable {
  readonly tasks: Tasks;
  /** Where files go; undefined where none are saved. */
  readonly saving: Saving | undefined;
  readonly session: Pick<SessionParts, "paces" | "firstAtOnce">;
  /** Where bodies go on their way, below the run: what came of them can be continued. */
  readonly spool: SpoolFolder;
  beforeGates(spool: SpoolOptions | undefined): NonNullable<SessionParts["beforeGates"]>;
  records(picks: readonly PickedColumn[]): Extract;
  /** What of an answer is kept, for the next crawl to ask whether it has changed. */
  readonly keeps: WorkOutput["keeps"];
  /** The output, with links found before anything else becomes of a page, and durable before it is. */
  watched(output: WorkOutput): WorkOutput;
  around(send: Send): Send;
  /** Takes nothing more from the frontier once the signal is aborted. */
  stopOn(signal: AbortSignal): void;
  readonly isWhole: () => boolean;
  /** What is made of a crawl that has ended. @throws the signal's reason, DiskError */
  finish(signal: AbortSignal): Promise<void>;
  readonly leastExitCode: () => number;
  readonly changes: () => WorkChanges | undefined;
}

/** What a crawl works with. */
export interface CrawlParts {
  readonly durable: WorkRun | undefined;
  readonly say: (line: string) => void;
}

/** A run on disk has what came of its files in its own directory. */
function spoolOf(saving: Saving | undefined, durable: WorkRun | undefined): SpoolFolder {
  if (saving === undefined) return {};
  if (durable === undefined) return { root: saving.root };
  return { root: durable.journal.run.directory, parts: "kept" };
}

/**
 * A crawl that saves files can be made again and ask what has changed: of what is saved it keeps what tells
 * its version, of pages that are only read, and could be asked about, the whole answer.
 */
function crawlKeeps({ output }: WorkSettings, saving: Saving | undefined): WorkOutput["keeps"] {
  if (output.keeps === "answers" || saving === undefined) return () => output.keeps;
  const { isSaved = () => true } = saving.name;
  return (task, outcome) => {
    if (outcome.kind !== "answered") return "nothing";
    if (isSaved(task)) return "validators";
    const { headers } = outcome.response;
    return validatorsOf(headers, Date.now()) === undefined ? "nothing" : "answers";
  };
}

/** Loads what binds a book: a large library, and books are rare. */
async function loadBook(): Promise<void> {
  await (await import("./crawl-book.ts")).loadBinding();
}

async function openSitemaps(parts: SitemapParts): Promise<CrawlSitemaps> {
  const { crawlSitemaps } = await import("./crawl-sitemaps.ts");
  return crawlSitemaps(parts);
}

/** Opens a crawl, or goes on with one. @throws UsageError for a selector or a pattern that is none */
export async function openCrawl(
  settings: WorkSettings,
  crawl: CrawlSettings,
  { durable, say }: CrawlParts,
): Promise<CrawlWork> {
  const canonical = canonicaliser({ dropParameters: crawl.dropParameters });
  const pdf: LinkSelectors["pdf"] = crawl.book === undefined ? "as all others" : "files";
  const selectors = { ...crawl, ...(crawl.download ? {} : { pdf }) };
  const pages = await openPageReader(selectors, async () => {
    if (crawl.book !== undefined) await loadBook();
  });
  const judge = createLinkJudge(settings, crawl, canonical);
  // What is read again of a long list is garbage at once.
  using _heap = settings.v8 === "tuned" ? keepHeapSmall("many") : undefined;
  if (settings.v8 === "tuned") compileInSmallPieces();
  const store = durable === undefined ? undefined : await openFileStore(durable.journal);
  const { listing } = settings;
  const frontier = await openFrontier(store ?? listing?.store ?? createMemoryStore(), {
    starts: crawl.starts.map((url, index) => ({
      ...{ url: canonical(url), kind: "page", depth: 0, title: "", position: index + 1 },
    })),
    isDone: (row) => durable?.journal.done.has(row) === true,
    levels: crawl.depth === undefined ? "as they come" : "one after the other",
    links: crawl.book === undefined ? "the first to each" : "all",
    onAlias: (url, from) => judge.moved(from, url),
  });
  checkBook(settings, durable);
  const sitemaps =
    crawl.sitemaps === "read"
      ? await openSitemaps({ frontier, judge, starts: crawl.starts, canonical })
      : undefined;
  if (crawl.robots === "not read") {
    for (const start of crawl.starts) sitemaps?.named(new URL(start).origin, undefined);
  }
  const manners = crawlManners(settings, {
    onRead: (origin, robots) => sitemaps?.named(origin, robots),
    say,
  });
  /** Known once the spool is open: where there is none, nobody takes bodies in files. */
  let spoolsAboveBytes = Number.POSITIVE_INFINITY;
  const before =
    durable === undefined
      ? undefined
      : await openEarlierCrawl(settings, {
          durable,
          largestInMemoryBytes: () => spoolsAboveBytes,
        });
  const files = savingOf(settings, crawl, durable?.journal.run.directory);
  const saving = files && { ...files, isOwn: before?.isOwn };
  const earlier = durable?.journal.run.origin === "earlier" ? "parts" : "nothing";
  const visits = noteVisits(say);
  let exitCode = 0;
  let changes: WorkChanges | undefined;
  /** Why the first row was not answered, as long as none was. */
  let unasked: { readonly why: string } | "no" | undefined =
    durable !== undefined && durable.journal.done.count > 0 ? "no" : undefined;

  return {
    tasks: crawlTasks(settings, frontier.batches, (rows) => {
      sitemaps?.note(rows);
      listing?.note(rows);
      visits(rows);
    }),
    saving,
    session: { paces: manners.paces, firstAtOnce: FIRST_AT_ONCE },
    spool: spoolOf(saving, durable),
    beforeGates(spool) {
      spoolsAboveBytes = spool?.aboveBytes ?? spoolsAboveBytes;
      const { directory, hash = "none", parts } = spool ?? {};
      return [
        claimRedirects(frontier, canonical),
        ...manners.middleware,
        ...(parts === "kept" ? [continueDownload({ directory: directory!, hash, earlier })] : []),
        pages.middleware,
        ...(listing === undefined ? [] : [listing.middleware]),
      ];
    },
    records: (picks) =>
      extractCrawled({
        picks,
        wanted: crawl.book === undefined ? undefined : "pdf",
        hashes: settings.output.kind === "records" ? "sha256" : "none",
      }),
    keeps: crawlKeeps(settings, saving),
    watched(output) {
      const { sink } = output;
      const extract = extractLinks(output.extract, pages.find, {
        found(row, links, answered) {
          const { body, headers } = answered.response;
          if (crawl.book !== undefined && row.number === 1 && body instanceof Uint8Array) {
            const contentType = responseHeader(headers, "content-type");
            const title = pages.title({ bytes: body, contentType });
            if (title !== "") frontier.entitle(row.number, title);
          }
          frontier.add(judge.inScope(row, links, answered), row.number);
        },
        settled: ({ number }: Row) => frontier.settled(number),
      });
      const counted: Extract = (task, landed) => {
        const extracted = extract(task, landed);
        const { outcome } = extracted;
        if (outcome.kind === "answered") unasked = "no";
        else if (unasked === undefined) unasked = { why: outcome.failure.message };
        return extracted;
      };
      const flushed = <T>(work: () => Promise<T>): Promise<T> => {
        frontier.flush();
        return work();
      };
      return {
        ...output,
        extract: counted,
        sink: {
          write: (record, row) => sink.write(record, row),
          commit: () => flushed(() => sink.commit()),
          close: () => flushed(() => sink.close()),
          [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose](),
        },
      };
    },
    around(send) {
      const asked = before?.around(send) ?? send;
      return sitemaps?.middleware(asked) ?? asked;
    },
    stopOn: (signal) => frontier.stopOn(signal),
    isWhole: () => frontier.isWhole,
    async finish(signal) {
      for (const line of judge.remarks()) say(line);
      if (typeof unasked === "object") {
        // Skipped is no failure; a crawl that met nothing else is one.
        say(`nothing was answered: ${visible(unasked.why)}`);
        exitCode = 1;
      }
      if (before !== undefined) changes = await before.tell(say);
      if (crawl.book === undefined || durable === undefined) return;
      const { bindCrawl } = await import("./crawl-book.ts");
      const bound = await bindCrawl(settings, { book: crawl.book, durable, say, signal });
      exitCode = Math.max(exitCode, bound);
    },
    leastExitCode: () => exitCode,
    changes: () => changes,
    async [Symbol.asyncDispose]() {
      before?.[Symbol.dispose]();
      await store?.[Symbol.asyncDispose]();
    },
  };
}
