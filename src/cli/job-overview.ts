import { basename } from "node:path";

import { readJobIdentity } from "../queue/job-directory.ts";
import { JournalStore } from "../queue/journal-store.ts";
import { isLocked } from "../queue/run-lock.ts";
import { readOverview, type RunOverview } from "../report/run-overview.ts";
import type { RunJob } from "../runs/run-settings.ts";
import { stepRuns } from "./which-run.ts";

/** The overview of a job's run: its steps together. @throws UsageError, and SQLite's errors for what cannot be read */
export function readJobOverview(directory: string): RunOverview {
  const identity = readJobIdentity(directory);
  const steps = stepRuns(directory).map(readStep);
  const sum = { answered: 0, failed: 0, skipped: 0 };
  for (const { answered, failed, skipped } of steps) {
    sum.answered += answered;
    sum.failed += failed;
    sum.skipped += skipped;
  }
  const isAll = identity !== undefined && steps.length === identity.steps.length;
  const totals = steps.map(({ total }) => total);
  return {
    directory,
    name: basename(directory),
    title: (identity?.command as RunJob | undefined)?.title ?? "",
    state: stateOf(directory, steps, isAll ? "all begun" : "more to come"),
    ...sum,
    total: isAll ? addUp(totals) : null,
    sessions: steps.at(-1)?.sessions ?? [],
    beganMs: identity?.beganMs ?? null,
  };
}

function readStep(directory: string): RunOverview {
  using store = JournalStore.open(directory, "read");
  return readOverview(store);
}

function addUp(totals: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const total of totals) {
    if (total === null) return null;
    sum += total;
  }
  return sum;
}

function stateOf(
  directory: string,
  steps: readonly RunOverview[],
  rest: "all begun" | "more to come",
): RunOverview["state"] {
  if (holds(directory)) return "running";
  const last = steps.at(-1);
  if (last === undefined) return "died";
  if (rest === "all begun" && steps.every(({ state }) => state === "finished")) return "finished";
  return last.state === "died" || last.state === "running" ? "died" : "stopped";
}

function holds(directory: string): boolean {
  try {
    return isLocked(directory);
  } catch {
    return false;
  }
}
