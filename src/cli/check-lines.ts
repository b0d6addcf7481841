import { visible } from "../formats/visible.ts";
import type { Check } from "../rehearsal/evidence.ts";

/** How many checks came out how. */
export type CheckCounts = Readonly<Record<Check["result"], number>>;

const MARKS: Readonly<Record<Check["result"], string>> = {
  passed: "pass",
  failed: "FAIL",
  "not judged": " -  ",
};

/** Counts the results. */
export function countChecks(checks: readonly Check[]): CheckCounts {
  const counts = { passed: 0, failed: 0, "not judged": 0 };
  for (const { result } of checks) counts[result] += 1;
  return counts;
}

/** The list of checks as a table with its sum in the last line. */
export function formatChecks(checks: readonly Check[]): string {
  const widest = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.map(
    ({ name, result, evidence }) =>
      ` ${MARKS[result]}  ${name.padEnd(widest)}  ${visible(evidence)}`,
  );
  const { passed, failed, "not judged": rest } = countChecks(checks);
  const sum = ` ${passed} passed, ${failed} failed${rest === 0 ? "" : `, ${rest} not judged`}`;
  return `${[...lines, sum].join("\n")}\n`;
}
