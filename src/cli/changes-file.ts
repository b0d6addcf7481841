import { resolve } from "node:path";

import { UsageError } from "../core/usage-error.ts";
import { didYouMean } from "../formats/nearest.ts";
import { visible } from "../formats/visible.ts";
import { CHANGE_COLUMNS, type ChangedThing, changeValues } from "../report/change-columns.ts";
import { createTableSink } from "../sinks/table-sink.ts";
import type { Terminal } from "./terminal.ts";
import { HELD_LENGTH } from "../runs/work-output.ts";
import { writeWhole, type WholeTarget } from "./whole-output.ts";

/** Where changes are written to. */
export interface ChangesTarget extends WholeTarget {
  readonly format: "jsonl" | "csv";
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
    async (output, signal) => {
      const columns = CHANGE_COLUMNS;
      const form = { format: target.format, columns, mostHeldLength: HELD_LENGTH };
      await using sink = createTableSink(output, form);
      let number = 0;
      for (const thing of things) {
        signal.throwIfAborted();
        number += 1;
        await sink.write({ columns, values: changeValues(thing) }, number);
      }
      await sink.close();
    },
    { terminal },
  );
}
