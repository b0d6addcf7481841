import { outputError } from "../sinks/output-error.ts";
import type { Extract } from "./extract.ts";

/**
 * An answer that our own disk did not take is no failure of its row: the run stops, and the row is owed.
 * @throws DiskError
 */
export function extractOrStop(extract: Extract): Extract {
  return (task, outcome) => {
    if (outcome.kind === "failed" && outcome.failure.code === "E_DISK") {
      throw outputError("an answer", outcome.failure.cause);
    }
    return extract(task, outcome);
  };
}
