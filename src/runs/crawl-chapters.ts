import { basename, join } from "node:path";

import type { OutcomeDetail } from "../queue/outcome-detail.ts";
import type { OutcomeRecord } from "../queue/outcome-record.ts";
import { JournalStore } from "../queue/journal-store.ts";
import { detailReader } from "../report/detail-reader.ts";
import { recordsInOrder } from "../report/records-in-order.ts";
import { readingOrder } from "../jobs/reading-order.ts";
import { bookNameOrder } from "../sinks/book-name-order.ts";
import type { Chapter } from "../sinks/book.ts";
import { createClaimedNames } from "../sinks/claimed-names.ts";
import { crawlGraph } from "./crawl-graph.ts";
import { savingOf } from "./crawl-saving.ts";
import { frontierLines } from "./crawl-store.ts";
import { storedCrawlTasks } from "./crawl-tasks.ts";
import type { WorkSettings } from "./work-settings.ts";
import type { WorkRun } from "./work-run.ts";

/** The chapters that a crawl has found, in reading order, and the title of its first page. */
export async function chaptersOf(
  settings: WorkSettings,
  durable: WorkRun,
): Promise<{ readonly chapters: readonly Chapter[]; readonly title: string }> {
  const { directory } = durable.journal.run;
  const { rows, edges, title } = await crawlGraph(frontierLines(directory));
  const files = await filesOf(settings, durable);
  using store = JournalStore.open(directory, "read");
  const latest = new Map<number, OutcomeRecord>();
  for (const record of recordsInOrder(store)) {
    if (rows.get(record.row)?.kind === "file") latest.set(record.row, record);
  }
  const detailOf = detailReader(store);
  const chapters: Chapter[] = [];
  for (const place of readingOrder(rows, edges, { compare: bookNameOrder })) {
    const record = latest.get(place.row);
    // What was asked for under another URL stands in the book by itself.
    if (record?.code === "E_DUPLICATE") continue;
    const { url } = rows.get(place.row)!;
    const file = files.get(place.row);
    const source =
      record?.kind === "answered" && file !== undefined
        ? { file }
        : { missing: whyMissing(record, detailOf(place.row)) };
    chapters.push({ title: place.title === "" ? nameIn(url) : place.title, url, source });
  }
  return { chapters, title };
}

/** How a connection broke is chance, and no part of a book. */
const CUT_OFF: ReadonlySet<string> = new Set("E_RESET E_TRUNCATED E_TIMEOUT E_CONNECT".split(" "));

function whyMissing(record: OutcomeRecord | undefined, detail: OutcomeDetail | undefined): string {
  if (record === undefined) return "it was not asked for";
  if (CUT_OFF.has(record.code ?? "")) return "no whole answer came";
  return detail?.message ?? (record.status === 0 ? (record.code ?? "") : `status ${record.status}`);
}

function nameIn(url: string): string {
  const { pathname } = new URL(url);
  const name = basename(pathname);
  try {
    return decodeURIComponent(name) || url;
  } catch {
    return name;
  }
}

/** The files of the rows that are saved, their names claimed as the run did. */
async function filesOf(
  settings: WorkSettings,
  durable: WorkRun,
): Promise<ReadonlyMap<number, string>> {
  const { directory } = durable.journal.run;
  const saving = savingOf(settings, settings.crawl!, directory);
  const files = new Map<number, string>();
  if (saving === undefined) return files;
  const { root, name } = saving;
  const names = createClaimedNames();
  for await (const batch of storedCrawlTasks(settings, directory).batches) {
    for (const task of batch) {
      if (name.isSaved?.(task) === false) continue;
      files.set(task.row.number, join(root, names.claim(name.pathOf(task), name.keyOf(task))));
    }
  }
  return files;
}
