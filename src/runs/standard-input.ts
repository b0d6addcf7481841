import { createReadStream } from "node:fs";

import type { InputSettings } from "./input-settings.ts";

/** What is read for an input called `-`: standard input, or the pipe that stands for it. */
export function standardInput(input: InputSettings): NodeJS.ReadableStream {
  const pipe = "pipe" in input ? input.pipe : undefined;
  return pipe === undefined ? process.stdin : createReadStream(pipe);
}
