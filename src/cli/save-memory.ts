import { setFlagsFromString } from "node:v8";

import { keepHeapSmall } from "./keep-heap-small.ts";

/**
 * Keeps a command that reads a run small, however long the run is. Nothing waits for it but its user:
 * V8 may collect as eagerly as where memory is short, which costs it nothing that can be measured.
 */
export function saveMemory(): Disposable {
  // Beware: a V8 that does not know a flag says so on stderr.
  if (process.versions.v8.startsWith("13.")) setFlagsFromString("--memory-saver-mode");
  return keepHeapSmall("many");
}
