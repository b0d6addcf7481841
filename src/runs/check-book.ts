import { existsSync } from "node:fs";

import { UsageError } from "../core/usage-error.ts";
import { visible } from "../formats/visible.ts";
import { openToRead } from "./open-to-read.ts";
import type { WorkSettings } from "./work-settings.ts";
import type { WorkRun } from "./work-run.ts";

/** @throws UsageError where a book that is to be bound would replace what is there and is not the run's */
export function checkBook({ crawl, output }: WorkSettings, durable: WorkRun | undefined): void {
  const book = crawl?.book;
  if (book === undefined || output.existing === "overwrite" || !existsSync(book.path)) return;
  if (durable !== undefined && isBound(durable)) return;
  throw new UsageError(`${visible(book.path)} exists and is not this run's; --force overwrites it`);
}

/** Whether the run, or the one that it asks after, has bound its book. */
export function isBound({ journal, since }: WorkRun): boolean {
  if (journal.run.facts.has("bound")) return true;
  if (since === undefined) return false;
  using store = openToRead(since);
  return store.fact("bound") !== undefined;
}
