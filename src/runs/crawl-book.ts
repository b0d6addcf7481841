import { basename } from "node:path";

import { UsageError } from "../core/usage-error.ts";
import { formatCount, formatSize } from "../formats/quantity.ts";
import { visible } from "../formats/visible.ts";
import { bindBook, type BoundBook, type Chapter } from "../sinks/book.ts";
import { PathTaken } from "../sinks/place-file.ts";
import { isBound } from "./check-book.ts";
import { chaptersOf } from "./crawl-chapters.ts";
import type { CrawlSettings } from "./crawl-settings.ts";
import type { WorkSettings } from "./work-settings.ts";
import { shownPath } from "./shown-path.ts";
import type { WorkRun } from "./work-run.ts";

export { loadBinding } from "../sinks/book.ts";

/** What a book is bound from, and who hears of it. */
export interface BindingParts {
  readonly book: NonNullable<CrawlSettings["book"]>;
  readonly durable: WorkRun;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Missing chapters that are named; more are counted. */
const MOST_NAMED = 20;

/**
 * Binds what a crawl has downloaded and tells what became of it; 1 where the book lacks something.
 * @throws UsageError where another file stands in its place, DiskError, the signal's reason
 */
export async function bindCrawl(settings: WorkSettings, parts: BindingParts): Promise<number> {
  const { book, durable, say, signal } = parts;
  const { chapters, title } = await chaptersOf(settings, durable);
  const wasBound = isBound(durable);
  if (chapters.length === 0) {
    say(`${book.path}: no link led to a chapter; --download says which links do`);
    return 1;
  }
  const bound = await bind(chapters, {
    path: book.path,
    title: book.title ?? (title === "" ? basename(book.path, ".pdf") : title),
    url: settings.crawl!.starts[0]!,
    exists: settings.output.existing === "overwrite" || wasBound ? "overwrite" : "refuse",
    id: durable.id,
    signal,
  });
  if (bound.state !== "none") await durable.journal.note({ bound: JSON.stringify(book.path) });
  return tell(chapters, bound, { path: book.path, say });
}

async function bind(
  chapters: readonly Chapter[],
  options: Parameters<typeof bindBook>[1],
): Promise<BoundBook> {
  try {
    return await bindBook(chapters, options);
  } catch (error) {
    if (error instanceof PathTaken) {
      throw new UsageError(`${error.message}; --force overwrites`, { cause: error });
    }
    throw error;
  }
}

function tell(
  chapters: readonly Chapter[],
  { state, pages, bytes, skipped, damaged }: BoundBook,
  { path, say }: { readonly path: string; readonly say: (line: string) => void },
): number {
  const missing = chapters.flatMap(({ title, source }) =>
    "missing" in source ? [`missing: ${title}: ${source.missing}`] : [],
  );
  const unread = skipped.flatMap(({ chapter, why }) =>
    "missing" in chapter.source ? [] : [`missing: ${chapter.title} ${why}`],
  );
  const partly = damaged.map(({ chapter, why }) => `damaged: ${chapter.title} ${why}`);
  const lines = [...missing, ...unread, ...partly];
  for (const line of lines.slice(0, MOST_NAMED)) say(`  ${visible(line)}`);
  if (lines.length > MOST_NAMED) say(`  and ${formatCount(lines.length - MOST_NAMED)} more`);
  const lacking = missing.length + unread.length;
  if (state === "none") say(`${path}: no chapter could be read, so there is no book`);
  else {
    const of = `${formatCount(chapters.length - lacking)} of ${formatCount(chapters.length)}`;
    const what = state === "unchanged" ? "is as it was" : "is bound";
    const size = `${formatCount(pages)} pages, ${formatSize(bytes)}`;
    say(`${shownPath(path)} ${what}: ${of} chapters, ${size}`);
  }
  return lines.length === 0 ? 0 : 1;
}
