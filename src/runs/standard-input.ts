import { createReadStream } from "node:fs";

import type { InputSettings } from "./input-settings.ts";

let opened: NodeJS.ReadStream | ReturnType<typeof createReadStream> | undefined;

/** What is read for an input called `-`: standard input, or the pipe that stands for it. */
export function standardInput(input: InputSettings): NodeJS.ReadableStream {
  const pipe = "pipe" in input ? input.pipe : undefined;
  opened = pipe === undefined ? process.stdin : createReadStream(pipe);
  return opened;
}

/** Lets go of it after a run that ended before it: while it is open, it would keep the process. */
export function closeStandardInput(): void {
  opened?.destroy();
  opened = undefined;
}
