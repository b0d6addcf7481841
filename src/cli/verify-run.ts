import { UsageError } from "../core/usage-error.ts";
import { checkJournal } from "../queue/check-journal.ts";
import { readSessions } from "../queue/describe-run.ts";
import { isLocked } from "../queue/run-lock.ts";
import type { Standing } from "../sinks/sink.ts";
import { inputProblems } from "./check-input.ts";
import { checkFiles, checkTable } from "./check-outputs.ts";
import { RunStopped } from "./run-stopped.ts";
import { itemsProblems } from "./step-items-file.ts";
import { openToRead, readError, storedSettings } from "./stored-job.ts";
import { formatOf } from "./work-output.ts";
import { openStoredTasks, type Tasks } from "./work-tasks.ts";

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
    account = journal.account;
    problems.push(...journal.problems, ...inputProblems(store, settings));
    const tasks = await openStoredTasks(settings, directory);
    const { output } = settings;
    if (output.kind === "records" && output.path !== "-") {
      const check = {
        journal,
        standing: store.fact<Standing>("standing"),
        held: [...store.held()].length,
        format: formatOf(output, tasks),
      };
      problems.push(...(await checkTable(output.path, check)));
    }
    problems.push(...(await checkFiles(settings, tasks, journal.latest)));
    inputs = await countInputs(await openStoredTasks(settings, directory), journal.latest);
    const done = account.answered + account.failed + account.skipped;
    if (done === inputs) problems.push(...(await itemsProblems(settings, directory)));
  } catch (error) {
    const told = readError(error);
    if (!(told instanceof UsageError)) throw error;
    problems.push(told.message);
  }
  return { inputs, ...account, problems };
}

/** Inputs, counted from the input itself; what has an outcome and is not in it is counted too. */
async function countInputs(tasks: Tasks, latest: ReadonlyMap<number, unknown>): Promise<number> {
  let count = 0;
  for await (const batch of tasks.batches) {
    count = batch.at(-1)?.row.number ?? count;
  }
  return Math.max(count, ...[...latest.keys()].slice(-1));
}
