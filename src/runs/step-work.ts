import { systemClock } from "../core/clock.ts";
import type { Send } from "../core/send.ts";
import { SESSION_DEFAULTS } from "../engine/session-options.ts";
import type { CompiledJob } from "../jobs/compile-job.ts";
import { visible } from "../formats/visible.ts";
import type { CompiledStep } from "../jobs/compile-step.ts";
import { extractStep } from "../jobs/extract-step.ts";
import type { Extract } from "../jobs/extract.ts";
import { openStepRows } from "../jobs/open-step-rows.ts";
import type { Paging } from "../jobs/paging.ts";
import { sendPages } from "../jobs/send-pages.ts";
import { type StepBatches, stepBatches } from "../jobs/step-batches.ts";
import { createStepRequests } from "../jobs/step-requests.ts";
import type { AnswerRule } from "../middleware/answer-rules.ts";
import { compileRule } from "../middleware/compile-rule.ts";
import { requestsOf } from "../sources/row-requests.ts";
import type { Tasks } from "./work-tasks.ts";

/** What a step of a job brings in place of an input, a URL template and expressions of the command line. */
export interface StepWork {
  readonly compiled: CompiledStep;
  readonly openTasks: () => Promise<Tasks>;
  /** The requests that really leave, where rows share them; undefined where a row is a request. */
  readonly joined: StepBatches["joined"] | undefined;
  readonly extract: Extract;
  /** Made anew for each run: a rule may learn from the answers that it sees. */
  readonly rules: () => Promise<readonly AnswerRule[]>;
  /** Whether answers are read, or only saved. */
  readonly bodies: "read" | "saved";
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
  /** Pages of one list under way at most. */
  readonly mostAtOnce: number;
  /** Tells a person what was found out. */
  readonly say: (line: string) => void;
}

/** What a compiled step brings to the pipeline. */
export function stepWork(
  step: CompiledStep,
  { job, folder, fileOf, mostAtOnce, say }: StepPlace,
): StepWork {
  const { id, picks, rules, each, position, pages, batch } = step;
  const maker = createStepRequests(step, { constants: job.constants, folder });
  const batches =
    batch && stepBatches({ batch, maker, constants: job.constants, clock: systemClock });
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
      const make = batches?.make ?? maker.make;
      return {
        total: rows.total,
        format: undefined,
        columns: rows.columns,
        batches: requestsOf(rows, make),
      };
    },
    joined: batches?.joined,
    extract: extractStep(step),
    rules: () => Promise.all(rules.map(compileRule)),
    bodies: isRead ? "read" : "saved",
    around:
      pages === undefined
        ? batches && ((_once, fresh) => batches.around(fresh))
        : (once, fresh) =>
            sendPages({
              pages,
              once,
              fresh,
              mostAtOnce,
              maxBodyBytes: SESSION_DEFAULTS.maxBodyBytes,
              clock: systemClock,
              onPaging:
                pages.paging.kind === "auto" ? (paging) => say(foundWords(id, paging)) : undefined,
            }),
    rowsAtOnce: batch?.size ?? 1,
  };
}

/** What `auto` has found, as a job file says it. */
function foundWords(id: string, paging: Paging): string {
  const { delayMs, ...rest } = { delayMs: undefined, ...paging };
  const given = { ...rest, ...(delayMs === undefined ? {} : { delay: `${delayMs}ms` }) };
  const pairs = Object.entries(given).filter(([, value]) => value !== undefined);
  const text = pairs.map(([name, value]) => `${name}: ${visible(String(value))}`).join(", ");
  return `${visible(id)}: the pages follow each other as paginate: { ${text} } says`;
}
