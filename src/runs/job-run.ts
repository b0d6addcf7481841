import { join } from "node:path";

import type { SessionCommons } from "../engine/session-commons.ts";
import type { CompiledStep } from "../jobs/compile-step.ts";
import type { AskedJob } from "./ask-job.ts";
import type { JobIdentification } from "./job-auth.ts";
import type { Again } from "./work-retry.ts";

/** A job and the directory of its run. */
export interface JobRun extends AskedJob {
  readonly directory: string;
  /** Failures that are owed again, of the steps whose rows no other step takes. */
  readonly again: Again | undefined;
  /** Of an earlier run of the same job, whose answers are taken where they still stand. */
  readonly since: string | undefined;
  /** Who asks; undefined where a run is only read. */
  readonly who: JobIdentification | undefined;
  /** What the sessions of its steps have in common; undefined where a run is only read. */
  readonly commons: SessionCommons | undefined;
  /** Tells a person what was found out on the way. */
  readonly say: (line: string) => void;
  /** The run of one step. */
  readonly directoryOf: (step: CompiledStep) => string;
  /** The rows that a step gives to others. */
  readonly rowsFileOf: (id: string) => string;
}

/** Everything that a run of a job keeps for a step is below this folder of its directory. */
export const STEPS_FOLDER = "steps";

/** Files that a step has in the directory of its run beside those of any run. */
export const STEP_FILES = {
  /** Rows that it gave to others. */
  rows: "rows.jsonl",
  /** Of how many answers those are. */
  rowsNote: "rows.json",
  /** Answers that its rules have set apart. */
  quarantine: "quarantine.jsonl",
} as const;

/** The job with the directory of its run. */
export function jobRunIn(directory: string, asked: AskedJob): JobRun {
  const places = new Map(asked.job.steps.map((step, at) => [step.id, placeOf(step.id, at)]));
  const directoryOf = (id: string): string => join(directory, STEPS_FOLDER, places.get(id)!);
  return {
    ...asked,
    directory,
    again: undefined,
    since: undefined,
    who: undefined,
    commons: undefined,
    say: () => {},
    directoryOf: ({ id }) => directoryOf(id),
    rowsFileOf: (id) => join(directoryOf(id), STEP_FILES.rows),
  };
}

/** `2-player`: steps are told apart by their number, since a name may have any letters. */
function placeOf(id: string, at: number): string {
  const plain = id.replaceAll(/[^\w.-]+/g, "-").replaceAll(/^[-.]+|[-.]+$/g, "");
  return plain === "" ? `${at + 1}` : `${at + 1}-${plain.slice(0, 40)}`;
}
