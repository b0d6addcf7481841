import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";

import { formatCount } from "../formats/quantity.ts";
import { visible } from "../formats/visible.ts";
import { compileSaveName } from "../jobs/extract-saved.ts";
import type { CheckedJournal } from "../queue/check-journal.ts";
import type { OutcomeRecord } from "../queue/outcome-record.ts";
import { createClaimedNames } from "../sinks/claimed-names.ts";
import type { Standing } from "../sinks/sink.ts";
import { checkStanding } from "../sinks/check-standing.ts";
import { countRecords } from "../sinks/scan-records.ts";
import { splitSaveTemplate } from "./save-template.ts";
import type { Settings } from "./settings.ts";
import type { RecordFormat } from "./settings-output.ts";
import type { Tasks } from "./work-tasks.ts";

/** What the outputs of a run are checked against. */
export interface OutputCheck {
  readonly journal: CheckedJournal;
  /** Where the table stood at the last commit. */
  readonly standing: Standing | undefined;
  /** Records that wait for their turn and are in no table yet. */
  readonly held: number;
  readonly format: RecordFormat;
}

/** Problems named at most; more are counted. */
const MOST_NAMED = 10;

/** Compares the table of a run with its journal; a sentence for each difference. */
export async function checkTable(path: string, check: OutputCheck): Promise<readonly string[]> {
  const { journal, standing, held, format } = check;
  const expected = journal.latest.size - held;
  if (standing === undefined) {
    return expected === 0 ? [] : [`${visible(path)}: the journal does not say where it stands`];
  }
  const found = await checkStanding(path, standing);
  if (found === "missing") return [`${visible(path)} is not there`];
  if (found !== "as it was") return [`${visible(path)} is ${found} since it was written`];
  const records = await countRecords(path, format);
  if (records === expected) return [];
  return [
    `${visible(path)} has ${formatCount(records)} records, the journal ${formatCount(expected)}`,
  ];
}

/** Compares the saved files of a run with its journal; a sentence for each difference. */
export async function checkFiles(
  { output }: Settings,
  tasks: Tasks,
  latest: ReadonlyMap<number, OutcomeRecord>,
): Promise<readonly string[]> {
  if (output.save === undefined) return [];
  const { root, template } = splitSaveTemplate(output.save);
  const name = compileSaveName(template);
  const names = createClaimedNames();
  const problems: string[] = [];
  for await (const batch of tasks.batches) {
    for (const task of batch) {
      // Claimed for every row: a name depends on those before it.
      const path = join(root, names.claim(name.pathOf(task), name.keyOf(task)));
      const record = latest.get(task.row.number);
      if (record?.kind !== "answered") continue;
      const problem = await fileProblem(path, record);
      if (problem !== undefined) problems.push(`${visible(path)} ${problem}`);
    }
  }
  if (problems.length <= MOST_NAMED) return problems;
  const more = formatCount(problems.length - MOST_NAMED);
  return [...problems.slice(0, MOST_NAMED), `and ${more} files more`];
}

async function fileProblem(path: string, record: OutcomeRecord): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return "is not there";
  if (found.size !== record.bytes) {
    return `has ${formatCount(found.size)} bytes, its answer had ${formatCount(record.bytes)}`;
  }
  if (record.checksum === 0) return undefined;
  let sum = 0;
  for await (const piece of createReadStream(path)) sum = crc32(piece as Buffer, sum);
  return sum === record.checksum ? undefined : "was changed since it was written";
}
