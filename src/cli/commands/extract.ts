import { UsageError } from "../../core/usage-error.ts";
import { formatCount } from "../../formats/quantity.ts";
import { visible } from "../../formats/visible.ts";
import { keptOutcome } from "../../jobs/kept-outcome.ts";
import type { JournalStore } from "../../queue/journal-store.ts";
import { type KeptReader, readKeptAnswers } from "../../queue/kept-reader.ts";
import { latestRecords } from "../../queue/log-questions.ts";
import type { OutcomeDetail } from "../../queue/outcome-detail.ts";
import type { CommandLine } from "../command-line.ts";
import { oneRun } from "../run-arguments.ts";
import { createValues, type Settings } from "../settings.ts";
import { readOutput } from "../settings-output.ts";
import { openToRead, storedSettings } from "../stored-job.ts";
import type { Terminal } from "../terminal.ts";
import { whichRun } from "../which-run.ts";
import { openOutput } from "../work-output.ts";
import { openStoredTasks } from "../work-tasks.ts";

/** `fanfetch extract`: other fields of the answers that a run has kept, in the order of its input. */
export async function extract(line: CommandLine, terminal: Terminal): Promise<number> {
  const directory = whichRun(oneRun("extract", line));
  const folder = process.cwd();
  const stored = await storedSettings(directory);
  using store = openToRead(directory);
  using kept = readKeptAnswers(store.database, directory);
  if (kept === undefined) {
    throw new UsageError(`${visible(directory)} has kept no answers; run it with --keep`);
  }
  const command = stored.command === "get" ? "get" : "map";
  const output = readOutput(command, createValues(line), stored.input);
  const settings: Settings = {
    ...stored,
    output: { ...output, kind: "records", order: "arrival" },
  };
  if (settings.output.picks.length === 0) throw new UsageError("extract needs --pick EXPR");
  const tasks = await openStoredTasks(settings, directory);
  // The output is meant from where this command is typed.
  process.chdir(folder);
  const { sink, extract: toRecord } = await openOutput(settings, tasks);
  const latest = latestRecords(store);
  let written = 0;
  let failed = 0;
  await using closing = sink;
  for await (const batch of tasks.batches) {
    for (const task of batch) {
      const record = latest.get(task.row.number);
      if (record === undefined) continue;
      const detail = detailOf(store, record.row);
      const body = bodyOf(kept, record.kept);
      const { outcome, record: row } = toRecord(task, keptOutcome(task, { record, detail, body }));
      if (outcome.kind !== "answered") failed += 1;
      const taken = closing.write(row, task.row.number);
      if (taken !== undefined) await taken;
      written += 1;
    }
  }
  await closing.close();
  if (!line.values.has("quiet")) {
    const told = `${formatCount(written)} records from kept answers, ${formatCount(failed)} of them failed; nothing was sent`;
    await terminal.stderr.write(`${told}\n`);
  }
  return failed === 0 ? 0 : 1;
}

function bodyOf(kept: KeptReader, id: number): Uint8Array | undefined {
  return id === 0 ? undefined : kept.get(id);
}

function detailOf(store: JournalStore, row: number): OutcomeDetail | undefined {
  const text = store.detail(row);
  return text === undefined ? undefined : (JSON.parse(text) as OutcomeDetail);
}
