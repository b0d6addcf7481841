import type { Extract } from "./extract.ts";

const OUTCOME = ["outcome"];

/**
 * For those who take outcomes as they landed, in the record's only value; `judge` decides whether an answer
 * is acceptable, as it does where records are made.
 */
export function extractExchange(judge?: Extract): Extract {
  return (task, landed) => ({
    outcome: judge?.(task, landed).outcome ?? landed,
    record: { columns: OUTCOME, values: [landed] },
  });
}
