import { statSync } from "node:fs";

import { formatOfName } from "../formats/row-format.ts";
import type { SendingCommand } from "../runs/run-settings.ts";
import type { CommandLine } from "./command-line.ts";

/** A command line, and the pipe that it names as its input. */
export interface PipedLine {
  /** The pipe is standard input in it: it can be read only once, and is not there when the run goes on. */
  readonly line: CommandLine;
  readonly pipe: string | undefined;
}

/** Looks whether the input is a pipe with a name: bash's `<(…)`, a FIFO, /dev/stdin. */
export function readPipedInput(command: SendingCommand, line: CommandLine): PipedLine {
  const { positionals, values } = line;
  const path = command === "map" ? positionals[0] : values.get("from")?.at(-1);
  if (command === "crawl" || path === undefined || !isPipe(path)) return { line, pipe: undefined };
  if (command === "get") {
    return { line: { ...line, values: new Map([...values, ["from", ["-"]]]) }, pipe: path };
  }
  const format = formatOfName(path);
  const named = format === undefined ? [] : [["format", [format]] as const];
  return {
    line: {
      ...line,
      positionals: ["-", ...positionals.slice(1)],
      values: new Map([...named, ...values]),
    },
    pipe: path,
  };
}

function isPipe(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && !found.isFile() && !found.isDirectory();
}
