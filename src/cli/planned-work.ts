import type { HaltCause } from "../core/halt.ts";
import type { Outcome } from "../core/outcome.ts";
import type { Money } from "../formats/money.ts";
import type { Plan } from "../jobs/plan.ts";
import type { ShownRequest } from "../report/shown-request.ts";

/** A plan and what it is of, for whoever shows it. */
export interface PlannedWork {
  readonly plan: Plan;
  /** The input's file, or `stdin`; undefined for URLs from the command line. */
  readonly input: string | undefined;
  readonly things: "rows" | "URLs";
  /** Whether equal questions count once. */
  readonly duplicates: "asked once" | "each asked";
  /** The run that the command would go on with, as one types it. */
  readonly run: string | undefined;
  /** What the command does once nothing is owed: a crawl of files asks what has changed. @default "nothing" */
  readonly finished?: "asks again" | "nothing" | undefined;
  /** An output that is there and is not the run's: it would be refused. */
  readonly obstacle: string | undefined;
  /** What happens when a quota is used up. */
  readonly wait: "stop" | "wait";
  /** The first requests as they would leave. */
  readonly requests: readonly ShownRequest[];
  /** Requests that were really sent; undefined where none was asked for. */
  readonly sample: Sample | undefined;
}

/** Requests that a sample sends at most. */
export const MOST_SAMPLED = 1_000;

/** A few requests that were sent to see how long one takes. */
export interface Sample {
  readonly outcomes: readonly Outcome[];
  /** Requests that left: retries and redirects' hops too. */
  readonly requests: number;
  readonly cost: Money | undefined;
  /** How long a request takes on a connection that is open, by origin: the median of the answered ones. Milliseconds. */
  readonly latencies: ReadonlyMap<string, number>;
  /** Why it stopped itself before its end. */
  readonly halted: HaltCause | undefined;
  /** 128 + the signal's number, where one came. */
  readonly interrupted: number | undefined;
}
