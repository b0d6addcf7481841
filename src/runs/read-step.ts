import { existsSync } from "node:fs";
import { join } from "node:path";

import { plainRow } from "../core/row.ts";
import type { CompiledStep } from "../jobs/compile-step.ts";
import { JOURNAL_FILE } from "../queue/journal-format.ts";
import { readOverview, type RunState } from "../report/run-overview.ts";
import type { JobRun } from "./job-run.ts";
import type { StepResult } from "./job-result.ts";
import { openToRead } from "./open-to-read.ts";
import { readItems, readOutcomes } from "./step-answers.ts";
import { stepSettings } from "./step-settings.ts";

/** A step's run as it stands. */
export interface ReadStep {
  readonly state: RunState | "not begun";
  readonly result: StepResult;
}

/** Reads how far a step of a job's run is; its answers are read when they are asked for. @throws UsageError */
export function readStep(step: CompiledStep, run: JobRun): ReadStep {
  const directory = run.directoryOf(step);
  const found = overviewOf(directory);
  const { answered = 0, failed = 0, skipped = 0 } = found ?? {};
  const ended = { step, settings: stepSettings(step, run), directory };
  return {
    state: found?.state ?? "not begun",
    result: {
      id: step.id,
      directory,
      inputs: answered + failed + skipped,
      ...{ answered, failed, skipped },
      async *outcomes() {
        if (found === undefined) return;
        for await (const { row, outcome } of readOutcomes(ended)) {
          yield { row: plainRow(row), outcome };
        }
      },
      async *rows() {
        if (found === undefined) return;
        for await (const row of readItems(ended)) yield plainRow(row);
      },
    },
  };
}

function overviewOf(directory: string): ReturnType<typeof readOverview> | undefined {
  if (!existsSync(join(directory, JOURNAL_FILE))) return undefined;
  using store = openToRead(directory);
  return readOverview(store);
}
