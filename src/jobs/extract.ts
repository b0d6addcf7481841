import type { Outcome } from "../core/outcome.ts";
import type { Task } from "../queue/queue.ts";
import type { OutputRecord } from "../sinks/sink.ts";

/** What an outcome becomes: the outcome itself, which reading the body may turn to a failure, and its record. */
export interface Extracted {
  readonly outcome: Outcome;
  readonly record: OutputRecord;
  /** Columns that were to be picked and that the answer has nothing for; undefined where there is none. */
  readonly missing?: readonly string[] | undefined;
}

/** From outcome to record. Pure; throws only for programming errors. */
export type Extract = (task: Task, outcome: Outcome) => Extracted;
