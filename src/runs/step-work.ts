import type { CompiledJob } from "../jobs/compile-job.ts";
import { visible } from "../formats/visible.ts";
import type { CompiledStep } from "../jobs/compile-step.ts";
import { extractStep } from "../jobs/extract-step.ts";
import type { Extract } from "../jobs/extract.ts";
import { openStepRows } from "../jobs/open-step-rows.ts";
import { createStepRequests } from "../jobs/step-requests.ts";
import { refuse } from "../sources/request-maker.ts";
import { requestsOf } from "../sources/row-requests.ts";
import { type RequestSharing, shareRequests } from "./request-sharing.ts";
import type { Tasks } from "./work-tasks.ts";

/** What a step of a job brings in place of an input, a URL template and expressions of the command line. */
export interface StepWork {
  readonly compiled: CompiledStep;
  readonly openTasks: () => Promise<Tasks>;
  readonly sharing: RequestSharing;
  readonly extract: Extract;
  /** Whether answers are read, or only saved. */
  readonly bodies: "read" | "saved";
}

/** Where a step is at work. */
export interface StepPlace {
  readonly job: CompiledJob;
  /** The job file's own. */
  readonly folder: string;
  /** The file of the rows that a step gave. */
  readonly fileOf: (step: string) => string;
  /** Pages of one list under way at most. */
  readonly mostAtOnce: number;
  /** Set where an answer that lacks a picked value has failed. */
  readonly absent: "fails" | undefined;
  /** Tells a person what was found out. */
  readonly say: (line: string) => void;
}

/** What a compiled step brings to the pipeline. */
export function stepWork(
  step: CompiledStep,
  { job, folder, fileOf, mostAtOnce, absent, say }: StepPlace,
): StepWork {
  const { id, picks, each, position, pages, batch } = step;
  const { constants } = job;
  const maker = createStepRequests(step, { constants, folder });
  const sharing = shareRequests({ pages, batch }, { maker, constants, mostAtOnce });
  const { around } = sharing;
  const isRead =
    picks.length > 0 ||
    each !== undefined ||
    position === "inner" ||
    pages !== undefined ||
    batch !== undefined;
  return {
    compiled: step,
    async openTasks() {
      const rows = await openStepRows(step, fileOf);
      return {
        total: rows.total,
        format: undefined,
        columns: rows.columns,
        batches: requestsOf(rows, (row) => {
          const fault = rows.faultOf(row);
          return fault === undefined ? sharing.make(row) : refuse(fault, step.url.text, row);
        }),
      };
    },
    sharing: {
      ...sharing,
      around:
        around && ((sends) => around({ ...sends, say: (line) => say(`${visible(id)}: ${line}`) })),
    },
    extract: extractStep(step, absent),
    bodies: isRead ? "read" : "saved",
  };
}
