import type { DefinedStep } from "../jobs/define-step.ts";
import type { Outcome } from "../core/outcome.ts";
import type { StopReason } from "./run-stopped.ts";
import type { Summary } from "../report/summary.ts";

/** A row as a program has it: values by column. */
export type PlainRow = Readonly<Record<string, unknown>>;

/** One step of a job that was run, read from its run on disk. */
export interface StepResult<Row = PlainRow> {
  readonly id: string;
  /** Of its run. */
  readonly directory: string;
  /** `answered + failed + skipped`, of all processes of the run. */
  readonly inputs: number;
  readonly answered: number;
  readonly failed: number;
  readonly skipped: number;
  /** Each row that was asked for, and what became of it, in the order of the rows. @throws UsageError where the run has gone */
  outcomes(): AsyncIterableIterator<{ readonly row: PlainRow; readonly outcome: Outcome }>;
  /**
   * The rows that its answers are: the row asked for with the members of each item, or with what was
   * picked. @throws UsageError where the run has gone
   */
  rows(): AsyncIterableIterator<Row>;
}

/** Why a job's run stopped before its inputs did; it can be gone on with. */
export type JobStop = Exclude<StopReason, "locked"> | "aborted" | "failure" | "no rows";

/** What became of a job. */
export interface JobResult {
  readonly state: "finished" | "stopped";
  /** Undefined where it finished. */
  readonly reason: JobStop | undefined;
  /** The sentence that goes with it, where there is one. */
  readonly message: string | undefined;
  /** Of the run. */
  readonly directory: string;
  /** The steps together, as `--summary` writes them. */
  readonly account: Summary;
  readonly steps: readonly StepResult[];
  /** A step by its id, or by itself, which types its rows. @throws RangeError where there is none */
  step(id: string): StepResult;
  step<Row>(step: DefinedStep<Row>): StepResult<Row>;
}
