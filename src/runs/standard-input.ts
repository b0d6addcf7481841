import { createReadStream, fstatSync } from "node:fs";

import { UsageError } from "../core/usage-error.ts";
import type { InputSettings } from "./input-settings.ts";

let opened: NodeJS.ReadStream | ReturnType<typeof createReadStream> | undefined;

/**
 * What is read for an input called `-`: standard input, or the pipe that stands for it.
 * @throws UsageError for a folder, which Node would take for an input without a byte.
 */
export function standardInput(input: InputSettings): NodeJS.ReadableStream {
  const pipe = "pipe" in input ? input.pipe : undefined;
  if (pipe === undefined && fstatSync(0).isDirectory()) {
    throw new UsageError("stdin is a folder, not a file");
  }
  opened = pipe === undefined ? process.stdin : createReadStream(pipe);
  return opened;
}

/** Lets go of it after a run that ended before it: while it is open, it would keep the process. */
export function closeStandardInput(): void {
  opened?.destroy();
  opened = undefined;
}
