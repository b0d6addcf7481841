import { visible } from "../formats/visible.ts";
import { CHANGE_COLUMNS, type ChangedThing, changeValues } from "../report/change-columns.ts";
import { type ChangeCounts, changeWords, countsToJson } from "../report/change-counts.ts";
import type { PartChanges, RunChanges } from "../report/run-changes.ts";
import type { Summary } from "../report/summary.ts";
import type { ByteOutput } from "../sinks/byte-output.ts";
import { createTableSink } from "../sinks/table-sink.ts";
import { openWholeFile } from "../sinks/whole-file.ts";
import { HELD_LENGTH } from "./work-output.ts";

/** A file of changes. */
export interface ChangesFile {
  readonly path: string;
  readonly format: "jsonl" | "csv";
}

/** What is to be told of changes beside the words; where it is asked for, a first run is all new. */
export interface ChangesWanted {
  /** @default none */
  readonly file?: ChangesFile | undefined;
}

/** What has changed since the run before. */
export interface WorkChanges {
  readonly counts: ChangeCounts;
  /** Of a job: step by step. */
  readonly parts: readonly PartChanges[];
}

/** Changes as a summary has them: the counts, and of a job those of each step. */
export function changesIn(changes: WorkChanges | undefined): Pick<Summary, "changes"> {
  if (changes === undefined) return {};
  const steps = changes.parts.flatMap(({ step, counts }) =>
    step === undefined ? [] : [[step, countsToJson(counts)] as const],
  );
  const told = countsToJson(changes.counts);
  return { changes: steps.length === 0 ? told : { ...told, steps: Object.fromEntries(steps) } };
}

/** Who hears of changes. */
export interface TellChangesOptions {
  readonly wanted: ChangesWanted | undefined;
  readonly say: (line: string) => void;
}

/** Says in words what has changed, and writes the file that was asked for. @throws UsageError, DiskError */
export async function tellChanges(
  changes: RunChanges,
  { wanted, say }: TellChangesOptions,
): Promise<WorkChanges> {
  const { counts, parts } = changes;
  for (const { step, counts: own } of parts) {
    say(step === undefined ? changeWords(own) : `${visible(step)}: ${changeWords(own)}`);
  }
  if (wanted?.file !== undefined) {
    const { path, format } = wanted.file;
    await using file = await openWholeFile({ path, exists: "overwrite" });
    await writeChangesTo(file.output, { format, things: changes.changes() });
    await file.place();
  }
  return { counts, parts };
}

/** Changes and how they are written. */
export interface ChangesToWrite {
  readonly format: ChangesFile["format"];
  readonly things: Iterable<ChangedThing>;
  /** Ends the writing between two of them. @default nothing does */
  readonly signal?: AbortSignal | undefined;
}

/** Writes a record for each change, and closes the output. @throws DiskError, ClosedPipe, the signal's reason */
export async function writeChangesTo(
  output: ByteOutput,
  { format, things, signal }: ChangesToWrite,
): Promise<void> {
  const columns = CHANGE_COLUMNS;
  await using sink = createTableSink(output, { format, columns, mostHeldLength: HELD_LENGTH });
  let number = 0;
  for (const thing of things) {
    signal?.throwIfAborted();
    number += 1;
    await sink.write({ columns, values: changeValues(thing) }, number);
  }
  await sink.close();
}
