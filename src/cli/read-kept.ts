import { UsageError } from "../core/usage-error.ts";
import type { RunJob } from "../runs/run-settings.ts";
import type { JournalStore } from "../queue/journal-store.ts";
import { type KeptReader, readKeptAnswers } from "../queue/kept-reader.ts";

/**
 * The answers that a run was told to keep; undefined where it was not. A crawl keeps some pages for the next
 * one, which are not all there is.
 * @throws UsageError where their file has gone
 */
export function readKept(store: JournalStore): KeptReader | undefined {
  const { database, directory } = store;
  const { command, values } = store.fact<RunJob>("job")!;
  if (command === "crawl" && !values.some(([name]) => name === "keep")) return undefined;
  try {
    return readKeptAnswers(database, directory);
  } catch (error) {
    throw new UsageError(`the kept answers cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** One that is not what it was ends the command in a sentence. */
export function keptError(error: unknown): unknown {
  const { name, message } = error as Error;
  return name === "DamagedBody" ? new UsageError(message, { cause: error }) : error;
}
