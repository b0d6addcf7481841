import { resolve } from "node:path";

import { UsageError } from "../../core/usage-error.ts";
import { formatCount } from "../../formats/quantity.ts";
import { visible } from "../../formats/visible.ts";
import { keptOutcome } from "../../jobs/kept-outcome.ts";
import type { JournalStore } from "../../queue/journal-store.ts";
import type { KeptReader } from "../../queue/kept-reader.ts";
import { outcomeRows } from "../../report/outcome-rows.ts";
import { outputsOf } from "../../report/run-output.ts";
import type { CommandLine } from "../command-line.ts";
import { refuseOutputs } from "../export-file.ts";
import { readJournal } from "../read-journal.ts";
import { keptError, readKept } from "../read-kept.ts";
import { oneRun } from "../run-arguments.ts";
import { createValues } from "../settings.ts";
import type { WorkSettings } from "../../runs/work-settings.ts";
import { readOutput } from "../settings-output.ts";
import { openStoredInput } from "../stored-input.ts";
import { keepHeapSmall } from "../../runs/keep-heap-small.ts";
import type { Terminal } from "../terminal.ts";
import { whichRun } from "../which-run.ts";
import { writeWhole } from "../whole-output.ts";
import { openOutput } from "../../runs/work-output.ts";

/** `fanfetch extract`: other fields of the answers that a run has kept, in the order of its input. */
export async function extract(line: CommandLine, terminal: Terminal): Promise<number> {
  const directory = whichRun(oneRun("extract", line));
  using _heap = keepHeapSmall("many");
  try {
    return await readJournal(directory, async (store) => {
      using kept = readKept(store);
      if (kept === undefined) {
        throw new UsageError(`${visible(directory)} has kept no answers; run it with --keep`);
      }
      return await writeExtract({ store, kept }, line, terminal);
    });
  } catch (error) {
    throw keptError(error);
  }
}

interface Kept {
  readonly store: JournalStore;
  readonly kept: KeptReader;
}

async function writeExtract(
  { store, kept }: Kept,
  line: CommandLine,
  terminal: Terminal,
): Promise<number> {
  // The output is meant from where this command is typed, the input from where the run was begun.
  const folder = process.cwd();
  const input = await openStoredInput(store);
  if (input.kind === "gone") {
    throw new UsageError(`records cannot be made again: ${visible(input.why)}`);
  }
  const stored = input.settings;
  const command = stored.command === "get" ? "get" : "map";
  const output = readOutput(command, createValues(line));
  if (output.kind === "archive") {
    throw new UsageError("extract writes tables; export makes a .warc.gz of kept answers");
  }
  const settings: WorkSettings = {
    ...stored,
    output: { ...output, kind: "records", order: "arrival" },
  };
  if (settings.output.picks.length === 0) throw new UsageError("extract needs --pick EXPR");
  const name = output.path;
  const path = name === "-" ? name : resolve(folder, name);
  refuseOutputs({ name, path }, outputsOf(store));
  const target = { name, path, exists: output.existing, inputs: inputsOf(stored) };
  let [written, failed] = [0, 0];
  const interrupted = await writeWhole(
    target,
    async (records, signal) => {
      const { sink, extract: toRecord } = await openOutput(settings, input.tasks, {
        records,
        say(sentence) {
          if (!line.values.has("quiet")) void terminal.stderr.write(`${sentence}\n`);
        },
      });
      await using closing = sink;
      for await (const { record, detail, task } of outcomeRows(store, input.tasks.batches)) {
        signal.throwIfAborted();
        if (task === undefined) continue;
        const body = record.kept === 0 ? undefined : kept.get(record.kept);
        const made = toRecord(task, keptOutcome(task, { record, detail, body }));
        if (made.outcome.kind !== "answered") failed += 1;
        const taken = closing.write(made.record, record.row);
        if (taken !== undefined) await taken;
        written += 1;
      }
      await closing.close();
    },
    { terminal },
  );
  if (interrupted !== undefined) return interrupted;
  if (!line.values.has("quiet")) {
    const told = `${formatCount(written)} ${written === 1 ? "record" : "records"} from kept answers, ${formatCount(failed)} of them failed; nothing was sent`;
    await terminal.stderr.write(`${told}\n`);
  }
  return failed === 0 ? 0 : 1;
}

/** Files that are never written, whatever is forced; relative ones are meant from where the run was begun. */
function inputsOf({ input }: WorkSettings): readonly string[] {
  return input.kind === "urls" || input.path === "-" ? [] : [input.path];
}
