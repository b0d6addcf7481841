import { UsageError } from "../../core/usage-error.ts";
import { formatCount } from "../../formats/quantity.ts";
import { visible } from "../../formats/visible.ts";
import { readSessions } from "../../queue/describe-run.ts";
import type { JournalStore } from "../../queue/journal-store.ts";
import { isLocked } from "../../queue/run-lock.ts";
import { checkJournal } from "../../report/check-journal.ts";
import type { Standing } from "../../sinks/sink.ts";
import { checkTable, createFileCheck, type FileCheck } from "../check-outputs.ts";
import type { CommandLine } from "../command-line.ts";
import { keepHeapSmall } from "../keep-heap-small.ts";
import { shownPath } from "../shown-path.ts";
import { openToRead, readError, storedSettings } from "../stored-job.ts";
import type { Terminal } from "../terminal.ts";
import { whichRun } from "../which-run.ts";
import { oneRun } from "../run-arguments.ts";
import { RunStopped } from "../run-stopped.ts";
import { formatOf } from "../work-output.ts";
import { openStoredTasks, type Tasks } from "../work-tasks.ts";
import { inputProblems } from "../check-input.ts";

/**
 * `fanfetch verify`: counts a run again from its journal, its input and its outputs. Exit code 0 where
 * all of them say the same and nothing is owed, 1 else.
 */
export async function verify(line: CommandLine, terminal: Terminal): Promise<number> {
  using _heap = keepHeapSmall("many");
  const directory = whichRun(oneRun("verify", line));
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
    if (output.kind === "records" && output.path !== "-") {
      const check = {
        outcomes: journal.outcomes,
        standing: store.fact<Standing>("standing"),
        held: heldRecords(store),
        format: formatOf(output, tasks),
      };
      problems.push(...(await checkTable(output.path, check)));
    }
    const files = createFileCheck(settings, store);
    // What has an outcome and is not in the input is counted too.
    inputs = Math.max(await readThrough(tasks, files), inputs);
    problems.push(...(files?.problems() ?? []));
  } catch (error) {
    const told = readError(error);
    const { code, message } = told as NodeJS.ErrnoException;
    if (told instanceof UsageError) problems.push(message);
    else if (code === "ERR_SQLITE_ERROR") problems.push(`the journal cannot be read: ${message}`);
    else throw error;
  }
  const { answered, failed, skipped } = account;
  const owed = inputs - answered - failed - skipped;
  const isWhole = problems.length === 0 && owed === 0;
  if (line.values.get("format")?.at(-1) === "json") {
    const told = { run: directory, inputs, ...account, owed, problems, whole: isWhole };
    await terminal.stdout.write(`${JSON.stringify(told, undefined, 2)}\n`);
    return isWhole ? 0 : 1;
  }
  const lines = problems.map((problem) => visible(problem));
  const rest = owed === 0 ? "" : ` + ${formatCount(owed)} owed`;
  lines.push(
    `${inputs} inputs = ${answered} answered + ${failed} failed + ${skipped} skipped${rest}`,
  );
  if (owed > 0) lines.push(`not finished; go on with: fanfetch resume ${shownPath(directory)}`);
  else if (isWhole) lines.push("journal, input and outputs say the same");
  await terminal.stdout.write(`${lines.join("\n")}\n`);
  return isWhole ? 0 : 1;
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
