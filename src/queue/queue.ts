import type { HttpRequest } from "../core/request.ts";
import type { Row } from "../core/row.ts";
import type { Outcome } from "../core/outcome.ts";

/** A row and the request that answers it. */
export interface Task {
  readonly row: Row;
  readonly request: HttpRequest;
}

/**
 * Who is owed an answer. In memory here; the durable one keeps the same promises over a crash: a task
 * is leased once, and settled when its record is written.
 */
export interface Queue {
  /** The tasks still owed, in batches, in the order of the input. */
  lease(): AsyncIterable<readonly Task[]>;
  /** Notes that a task has its outcome and its record is with the sink. */
  settle(task: Task, outcome: Outcome): Promise<void> | void;
}
