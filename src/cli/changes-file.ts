import { existsSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, resolve } from "node:path";

import { UsageError } from "../core/usage-error.ts";
import { didYouMean } from "../formats/nearest.ts";
import { visible } from "../formats/visible.ts";
import type { ChangedThing } from "../report/change-columns.ts";
import type { Terminal } from "./terminal.ts";
import { type ChangesFile, type ChangesWanted, writeChangesTo } from "../runs/tell-changes.ts";
import type { Values } from "./settings.ts";
import { writeWhole, type WholeTarget } from "./whole-output.ts";

/** Where changes are written to. */
export interface ChangesTarget extends WholeTarget {
  readonly format: ChangesFile["format"];
}

const FORMATS = [".jsonl", ".csv"] as const;

/** Reads where changes go; `-` is JSONL on stdout. @throws UsageError for a name that tells no format */
export function readChangesTarget(
  option: string,
  name: string,
  exists: "refuse" | "overwrite",
): ChangesTarget {
  if (name === "-") return { name, path: name, format: "jsonl", exists };
  const extension = FORMATS.find((one) => name.toLowerCase().endsWith(one));
  if (extension !== undefined) {
    const format = extension === ".csv" ? "csv" : "jsonl";
    return { name, path: resolve(name), format, exists };
  }
  const given = /\.[^./\\]*$/.exec(name)?.[0] ?? "";
  throw new UsageError(
    `${option} ${visible(name)}: its extension names no format (${FORMATS.join(" ")}, - for stdout)${didYouMean(given, FORMATS)}`,
  );
}

/**
 * Writes changes: a file whole, or not at all. Gives the exit code of a signal that came before the end.
 * @throws UsageError where the file may not be written, DiskError, ClosedPipe
 */
export async function writeChanges(
  target: ChangesTarget,
  things: Iterable<ChangedThing>,
  terminal: Pick<Terminal, "stderr">,
): Promise<number | undefined> {
  return await writeWhole(
    target,
    (output, signal) => writeChangesTo(output, { format: target.format, things, signal }),
    { terminal },
  );
}

/**
 * Makes sure before a run that its changes can be written: those of an earlier run are replaced, no other
 * file is. @throws UsageError
 */
export async function checkChangesFile(wanted: ChangesWanted | undefined): Promise<void> {
  const path = wanted?.file?.path;
  if (path === undefined) return;
  if (!existsSync(dirname(path))) {
    throw new UsageError(`--changes ${visible(path)} cannot be written: its folder does not exist`);
  }
  if (!existsSync(path) || (await holdsChanges(path))) return;
  throw new UsageError(`--changes ${visible(path)}: that file exists and holds no changes`);
}

/** Whether a file begins as `writeChangesTo` begins one. */
async function holdsChanges(path: string): Promise<boolean> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
    const start = buffer.toString("utf8", 0, bytesRead).replace(/^\ufeff/, "");
    return bytesRead === 0 || start.startsWith('{"change":') || start.startsWith("change,by,step,");
  } catch {
    return false;
  }
}

/** What the options of a run ask for. @throws UsageError for a file that is none of changes */
export function readChangesWanted(values: Values): ChangesWanted | undefined {
  const name = values.last("changes");
  if (name === undefined) return values.has("exit-on-change") ? {} : undefined;
  if (name === "-") throw new UsageError("--changes needs a file: .jsonl or .csv");
  const { path, format } = readChangesTarget("--changes", name, "overwrite");
  return { file: { path, format } };
}
