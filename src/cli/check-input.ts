import { resolve } from "node:path";

import { visible } from "../formats/visible.ts";
import { inputDigest } from "../queue/input-digest.ts";
import type { JournalStore } from "../queue/journal-store.ts";
import type { RunIdentity } from "../queue/run-directories.ts";
import type { WorkSettings } from "../runs/work-settings.ts";

/** Whether the input of a run is what it was; a sentence where it is not. */
export function inputProblems(store: JournalStore, { input }: WorkSettings): readonly string[] {
  if (input.kind === "urls" || input.kind === "step" || input.path === "-") return [];
  const told = store.fact<RunIdentity>("identity")?.input;
  try {
    if (inputDigest(resolve(input.path)) === told) return [];
    return [`${visible(input.path)} is not what it was when the run began`];
  } catch (error) {
    return [`${visible(input.path)} cannot be read: ${(error as Error).message}`];
  }
}
