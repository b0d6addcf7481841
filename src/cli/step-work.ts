import type { Middleware, Send } from "../core/send.ts";
import type { CompiledJob } from "../jobs/compile-job.ts";
import type { CompiledStep } from "../jobs/compile-step.ts";
import { extractStep } from "../jobs/extract-step.ts";
import type { Extract } from "../jobs/extract.ts";
import { openStepRows } from "../jobs/open-step-rows.ts";
import { createStepRequests } from "../jobs/step-requests.ts";
import type { AnswerRule } from "../middleware/answer-rules.ts";
import { compileRule } from "../middleware/compile-rule.ts";
import { requestsOf } from "../sources/row-requests.ts";
import type { Tasks } from "./work-tasks.ts";

/** What a step of a job brings in place of an input, a URL template and expressions of the command line. */
export interface StepWork {
  readonly id: string;
  readonly openTasks: () => Promise<Tasks>;
  readonly extract: Extract;
  /** Made anew for each run: a rule may learn from the answers that it sees. */
  readonly rules: () => Promise<readonly AnswerRule[]>;
  /** Whether answers are read, or only saved. */
  readonly bodies: "read" | "saved";
  /** Before a request waits for a place, and just before it leaves. */
  readonly beforeGates: readonly Middleware[];
  readonly last: readonly Middleware[];
  /** Around the session's send, with equal questions asked once; undefined where a row is a request. */
  readonly around: ((once: Send, fresh: Send) => Send) | undefined;
  /** Rows that share a place. */
  readonly rowsAtOnce: number;
}

/** Where a step is at work. */
export interface StepPlace {
  readonly job: CompiledJob;
  /** The job file's own. */
  readonly folder: string;
  /** The file of the rows that a step gave. */
  readonly fileOf: (step: string) => string;
}

/** What a compiled step brings to the pipeline. */
export function stepWork(step: CompiledStep, { job, folder, fileOf }: StepPlace): StepWork {
  const { id, picks, rules, each, position, pages, batch } = step;
  const isRead =
    picks.length > 0 ||
    each !== undefined ||
    position === "inner" ||
    pages !== undefined ||
    batch !== undefined;
  return {
    id,
    async openTasks() {
      const rows = await openStepRows(step, fileOf);
      const maker = createStepRequests(step, { constants: job.constants, folder });
      return {
        total: rows.total,
        format: undefined,
        columns: rows.columns,
        batches: requestsOf(rows, (row) => maker.make(row)),
      };
    },
    extract: extractStep(step),
    rules: () => Promise.all(rules.map(compileRule)),
    bodies: isRead ? "read" : "saved",
    beforeGates: [],
    last: [],
    around: undefined,
    rowsAtOnce: 1,
  };
}
