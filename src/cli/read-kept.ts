import { UsageError } from "../core/usage-error.ts";
import type { JournalStore } from "../queue/journal-store.ts";
import { type KeptReader, readKeptAnswers } from "../queue/kept-reader.ts";

/** The answers that a run kept; undefined where it kept none. @throws UsageError where their file has gone. */
export function readKept({ database, directory }: JournalStore): KeptReader | undefined {
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
