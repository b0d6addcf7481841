import { existsSync } from "node:fs";
import { join } from "node:path";

import { UsageError } from "../core/usage-error.ts";
import { INPUT_FILE } from "../queue/input-copy.ts";
import { inputDigest } from "../queue/input-digest.ts";
import type { JournalStore } from "../queue/journal-store.ts";
import type { RunIdentity } from "../queue/run-directories.ts";
import { inputProblems } from "./check-input.ts";
import type { RunJob } from "../runs/run-settings.ts";
import type { WorkSettings } from "../runs/work-settings.ts";
import { storedSettings } from "./stored-job.ts";
import { openTasks, type Tasks } from "../runs/work-tasks.ts";

/** The input of a run as it was, or why its requests cannot be made from it again. */
export type StoredInput =
  | { readonly kind: "as it was"; readonly settings: WorkSettings; readonly tasks: Tasks }
  | { readonly kind: "gone"; readonly why: string };

/**
 * Opens the input of a run to make its requests again; none is sent. A file that has changed since is
 * gone, unless its copy will do. Beware: from then on relative names
 * are meant from where the run was begun.
 */
export async function openStoredInput(
  store: JournalStore,
  changed: "is gone" | "read the copy" = "is gone",
): Promise<StoredInput> {
  const { withheld } = store.fact<RunJob>("job")!;
  if (withheld.some((option) => option === "--data" || option === "--json")) {
    return { kind: "gone", why: "a part of its requests came from stdin" };
  }
  try {
    const settings = await storedSettings(store.directory);
    const { input } = settings;
    const file = join(store.directory, INPUT_FILE);
    if (input.kind !== "urls" && input.path === "-" && !existsSync(file)) {
      return { kind: "gone", why: "its input came from stdin" };
    }
    const [problem] = inputProblems(store, settings);
    const copy = problem !== undefined && changed === "read the copy" ? copyOf(store) : undefined;
    if (problem !== undefined && copy === undefined) return { kind: "gone", why: problem };
    const tasks = await openTasks(settings, { file, copy, keep: () => {} });
    return { kind: "as it was", settings, tasks };
  } catch (error) {
    if (error instanceof UsageError) return { kind: "gone", why: error.message };
    throw error;
  }
}

/** The copy that a run made of its input; undefined where there is none, or it is not what the run read. */
function copyOf(store: JournalStore): string | undefined {
  const path = join(store.directory, INPUT_FILE);
  try {
    return inputDigest(path) === store.fact<RunIdentity>("identity")?.input ? path : undefined;
  } catch {
    return undefined;
  }
}
