import { UsageError } from "../core/usage-error.ts";
import { readSessions } from "../queue/describe-run.ts";
import type { JournalStore } from "../queue/journal-store.ts";
import { isLocked } from "../queue/run-lock.ts";
import { checkJournal } from "../report/check-journal.ts";
import type { Standing } from "../sinks/sink.ts";
import { inputProblems } from "./check-input.ts";
import { checkTable, createFileCheck, type FileCheck } from "./check-outputs.ts";
import { RunStopped } from "../runs/run-stopped.ts";
import { tableOf } from "../runs/run-table.ts";
import { openToRead, readError } from "../runs/open-to-read.ts";
import { storedSettings } from "./stored-job.ts";
import { formatOf } from "../runs/work-output.ts";
import { openStoredTasks, type Tasks } from "../runs/work-tasks.ts";

/** A run that was counted again. */
export interface VerifiedRun {
  readonly inputs: number;
  readonly answered: number;
  readonly failed: number;
  readonly skipped: number;
  /** A sentence for each difference. */
  readonly problems: readonly string[];
}

/**
 * Counts a run again from its journal, its input and its outputs.
 * @throws RunStopped while a process works on it, UsageError where its journal cannot be read
 */
export async function verifyRun(directory: string): Promise<VerifiedRun> {
  const problems: string[] = [];
  const settings = await storedSettings(directory);
  using store = openToRead(directory);
  const last = readSessions(store).at(-1);
  if (last?.endedMs === null && isLocked(directory)) {
    const words = `${directory} is being run by process ${last.pid}; verify it when that has ended`;
    throw new RunStopped("locked", words);
  }
  let account = { answered: 0, failed: 0, skipped: 0 };
  let inputs = 0;
  try {
    const journal = checkJournal(store);
    ({ account, lastRow: inputs } = journal);
    problems.push(...journal.problems, ...inputProblems(store, settings));
    const tasks = await openStoredTasks(settings, directory);
    const { output } = settings;
    const table = tableOf(settings);
    if (table !== undefined) {
      const check = {
        outcomes: journal.outcomes,
        standing: store.fact<Standing>("standing"),
        held: heldRecords(store),
        format: table.format === "warc" ? table.format : formatOf(output, tasks),
        holds: table.holds,
      };
      problems.push(...(await checkTable(output.path, check)));
    }
    const files = createFileCheck(settings, store);
    // What has an outcome and is not in the input is counted too.
    inputs = Math.max(await readThrough(tasks, files), inputs);
    problems.push(...(files?.problems() ?? []));
  } catch (error) {
    const told = readError(error);
    if (!(told instanceof UsageError)) throw error;
    problems.push(told.message);
  }
  return { inputs, ...account, problems };
}

/** Reads the whole input, its files with it; the number of its rows. */
async function readThrough(tasks: Tasks, files: FileCheck | undefined): Promise<number> {
  let count = 0;
  for await (const batch of tasks.batches) {
    count = batch.at(-1)?.row.number ?? count;
    if (files === undefined) continue;
    for (const task of batch) await files.check(task);
  }
  return count;
}

/** Records that wait for their turn, each as it was written. @throws JournalError */
function heldRecords(store: JournalStore): number {
  let count = 0;
  for (const _record of store.held()) count += 1;
  return count;
}
