import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

import { UsageError } from "../core/usage-error.ts";
import { formatCount } from "../formats/quantity.ts";
import { visible } from "../formats/visible.ts";
import { replaceFileSync } from "../queue/replace-file.ts";
import { countRecords } from "../sinks/scan-records.ts";
import type { WorkSettings } from "./work-settings.ts";
import { countItems, type EndedStep, readTold, writeRecords } from "./step-answers.ts";

/** In the directory of a step's run: which file its items were written to. */
const WRITTEN_FILE = "items.json";

/** Where the items of a step's answers go; undefined where they go nowhere. */
export function itemsPathOf({ step }: Pick<EndedStep, "step">): string | undefined {
  const { output } = step.step;
  if (output === undefined || step.each === undefined) return undefined;
  return output === "-" ? "-" : resolve(output);
}

/** Whether a file is one that this step wrote. */
function isItsOwn(directory: string, path: string): boolean {
  return readTold(join(directory, WRITTEN_FILE)).path === path;
}

/**
 * Writes the records of a step that has one per item, unless they are those of as many answers.
 * @throws UsageError where another's file is in their place, DiskError, ClosedPipe
 */
export async function keepItems(ended: EndedStep): Promise<void> {
  const path = itemsPathOf(ended);
  if (path === undefined) return;
  const { output } = ended.settings;
  const target = { path, format: output.format ?? "jsonl", csv: output.csvCells } as const;
  if (path === "-") return await writeRecords(ended, target);
  const own = isItsOwn(ended.directory, path);
  const { answered } = ended;
  const told = join(ended.directory, WRITTEN_FILE);
  if (own && readTold(told).answered === answered && existsSync(path)) return;
  if (!own && output.existing === "refuse" && existsSync(path)) throw taken(path);
  // First whose it is, then the file: a crash between leaves none that nobody owns.
  replaceFileSync(told, `${JSON.stringify({ path })}\n`);
  await writeRecords(ended, target);
  replaceFileSync(told, `${JSON.stringify({ path, answered })}\n`);
}

/** Refuses an output that exists and is not this run's, before anything is sent. @throws UsageError */
export function checkItems(ended: Pick<EndedStep, "step" | "directory">): void {
  const path = itemsPathOf(ended);
  if (path === undefined || path === "-" || !existsSync(path)) return;
  if (!isItsOwn(ended.directory, path)) throw taken(path);
}

/** Compares the records of a step's items with what it kept of its answers; a sentence for each difference. */
export async function itemsProblems(
  settings: WorkSettings,
  directory: string,
): Promise<readonly string[]> {
  const { step: work, output } = settings;
  if (work === undefined) return [];
  const ended = { step: work.compiled, settings, directory };
  const path = itemsPathOf(ended);
  if (path === undefined || path === "-") return [];
  if (!existsSync(path)) return [`${visible(path)} is not there`];
  if (!isItsOwn(directory, path)) return [`${visible(path)} is not this run's`];
  const [found, expected] = [
    await countRecords(path, output.format ?? "jsonl"),
    await countItems(ended),
  ];
  if (found === expected) return [];
  return [
    `${visible(path)} has ${formatCount(found)} records, the kept answers ${formatCount(expected)}`,
  ];
}

function taken(path: string): UsageError {
  return new UsageError(`${visible(path)} exists and is not this run's; --force overwrites it`);
}
