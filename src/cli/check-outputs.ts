import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";

import { formatCount } from "../formats/quantity.ts";
import { visible } from "../formats/visible.ts";
import { compileSaveName } from "../jobs/extract-saved.ts";
import type { JournalStore } from "../queue/journal-store.ts";
import type { OutcomeRecord } from "../queue/outcome-record.ts";
import type { Task } from "../queue/queue.ts";
import { detailsInOrder } from "../report/detail-reader.ts";
import { recordsInOrder } from "../report/records-in-order.ts";
import { createClaimedNames } from "../sinks/claimed-names.ts";
import type { Standing } from "../sinks/sink.ts";
import { checkStanding } from "../sinks/check-standing.ts";
import { countRecords } from "../sinks/scan-records.ts";
import { savingOf } from "../runs/crawl-saving.ts";
import { splitSaveTemplate } from "../runs/save-template.ts";
import type { WorkSettings } from "../runs/work-settings.ts";
import type { RecordFormat } from "../formats/record-format.ts";
import type { Saving } from "../runs/work-claims.ts";

/** What the table of a run is checked against. */
export interface TableCheck {
  /** Rows that have an outcome. */
  readonly outcomes: number;
  /** Where the table stood at the last commit. */
  readonly standing: Standing | undefined;
  /** Records that wait for their turn and are in no table yet. */
  readonly held: number;
  /** What came is not counted in an archive: an outcome may have had no answer, or several. */
  readonly format: RecordFormat | "warc";
  /** Items are not counted either: an answer has as many as it has. */
  readonly holds: "rows" | "items";
}

/** Problems named at most; more are counted. */
const MOST_NAMED = 10;

/** Compares the table of a run with its journal; a sentence for each difference. */
export async function checkTable(path: string, check: TableCheck): Promise<readonly string[]> {
  const { outcomes, standing, held, format, holds } = check;
  const expected = outcomes - held;
  if (standing === undefined) {
    return expected === 0 ? [] : [`${visible(path)}: the journal does not say where it stands`];
  }
  const found = await checkStanding(path, standing);
  if (found === "missing") return [`${visible(path)} is not there`];
  if (found !== "as it was") return [`${visible(path)} is ${found} since it was written`];
  if (format === "warc" || holds === "items") return [];
  const records = await countRecords(path, format);
  if (records === expected) return [];
  return [
    `${visible(path)} has ${formatCount(records)} records, the journal ${formatCount(expected)}`,
  ];
}

/** Compares the saved files of a run with its journal, one after the other. */
export interface FileCheck {
  /** Looks at the file of a row; rows come in their order, each of them. @throws JournalError */
  check(task: Task): Promise<void>;
  /** A sentence for each file that differs; many are counted. */
  problems(): readonly string[];
}

/** The check of the files that a run saved; undefined where it saved none. */
export function createFileCheck(
  settings: WorkSettings,
  store: JournalStore,
): FileCheck | undefined {
  const saving = savingIn(settings, store.directory);
  if (saving === undefined) return undefined;
  const { root, name } = saving;
  const names = createClaimedNames();
  const records = recordsInOrder(store);
  const detailOf = detailsInOrder(store);
  const isPlaced = settings.output.files !== undefined;
  let next = records.next();
  const named: string[] = [];
  let more = 0;
  return {
    async check(task) {
      if (name.isSaved?.(task) === false) return;
      // Claimed for every row: a name depends on those before it.
      const claimed = names.claim(name.pathOf(task), name.keyOf(task));
      const { number } = task.row;
      while (next.done !== true && next.value.row < number) next = records.next();
      if (next.done === true || next.value.row !== number) return;
      const record = next.value;
      next = records.next();
      if (record.kind !== "answered") return;
      const saved = isPlaced ? detailOf(number)?.saved : undefined;
      const path = join(root, saved?.file ?? claimed);
      const problem = await fileProblem(path, record);
      if (problem === undefined) return;
      if (named.length < MOST_NAMED) named.push(`${visible(path)} ${problem}`);
      else more += 1;
    },
    problems() {
      if (more === 0) return named;
      return [...named, `and ${formatCount(more)} ${more === 1 ? "file" : "files"} more`];
    },
  };
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

/** Where a run saved its files, and how they are called. */
function savingIn(settings: WorkSettings, directory: string): Saving | undefined {
  const { crawl, output } = settings;
  if (crawl !== undefined) return savingOf(settings, crawl, directory);
  if (output.save === undefined) return undefined;
  const { root, template } = splitSaveTemplate(output.save);
  return { root, name: compileSaveName(template) };
}
