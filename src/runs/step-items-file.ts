import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { UsageError } from "../core/usage-error.ts";
import { formatCount } from "../formats/quantity.ts";
import { visible } from "../formats/visible.ts";
import { replaceFileSync } from "../queue/replace-file.ts";
import { countRecords } from "../sinks/scan-records.ts";
import type { WorkSettings } from "./work-settings.ts";
import { countItems, type EndedStep, writeRecords } from "./step-answers.ts";

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
  try {
    const told = JSON.parse(readFileSync(join(directory, WRITTEN_FILE), "utf8")) as {
      path?: unknown;
    };
    return told.path === path;
  } catch {
    return false;
  }
}

/**
 * Writes the records of a step that has one per item, unless they stand as they were written.
 * @throws UsageError where another's file is in their place, DiskError, ClosedPipe
 */
export async function keepItems(ended: EndedStep, answers: "changed" | "as it was"): Promise<void> {
  const path = itemsPathOf(ended);
  if (path === undefined) return;
  const { output } = ended.settings;
  const target = { path, format: output.format ?? "jsonl", csv: output.csvCells } as const;
  if (path === "-") return await writeRecords(ended, target);
  const own = isItsOwn(ended.directory, path);
  if (own && answers === "as it was" && existsSync(path)) return;
  if (!own && output.existing === "refuse" && existsSync(path)) throw taken(path);
  // First whose it is, then the file: a crash between leaves none that nobody owns.
  replaceFileSync(join(ended.directory, WRITTEN_FILE), `${JSON.stringify({ path })}\n`);
  await writeRecords(ended, target);
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
