import type { HttpRequest } from "../core/request.ts";
import type { Row } from "../core/row.ts";
import type { Outcome } from "../core/outcome.ts";

/** A row and the request that answers it. */
export interface Task {
  readonly row: Row;
  readonly request: HttpRequest;
}

/**
 * Who is owed an answer. In memory it is forgotten with the process; the durable one keeps the same
 * promises over a crash: what is settled and written is never leased again.
 */
export interface Queue {
  /** The tasks still owed, in batches, in the order of the input. */
  lease(): AsyncIterable<readonly Task[]>;
  /** Takes the outcome of a task, whose record is about to be given to the sink. */
  settle(task: Task, outcome: Outcome): Promise<void> | void;
}
