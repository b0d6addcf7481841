import { formatCount } from "../formats/quantity.ts";
import type { Change } from "./change.ts";

/** How many things there are of each change. */
export type ChangeCounts = Readonly<Record<Change, number>>;

/** Nothing was compared yet. */
export const NO_CHANGES: ChangeCounts = Object.freeze({
  same: 0,
  new: 0,
  changed: 0,
  gone: 0,
  failed: 0,
  unanswered: 0,
});

/** The counts of two comparisons together. */
export function addCounts(one: ChangeCounts, other: ChangeCounts): ChangeCounts {
  const sum = { ...one };
  for (const change of Object.keys(NO_CHANGES) as Change[]) sum[change] += other[change];
  return sum;
}

/** Whether a comparison found any difference. */
export function isDifferent(counts: ChangeCounts): boolean {
  return counts.new + counts.changed + counts.gone + counts.failed > 0;
}

/** `1 new, 2 changed, 481 unchanged, 1 gone`; what failed is added where there is any. */
export function changeWords(counts: ChangeCounts): string {
  const parts = [
    `${formatCount(counts.new)} new`,
    `${formatCount(counts.changed)} changed`,
    `${formatCount(counts.same)} unchanged`,
    `${formatCount(counts.gone)} gone`,
  ];
  if (counts.failed > 0) parts.push(`${formatCount(counts.failed)} not answered this time`);
  return parts.join(", ");
}

/** The counts as JSON tells them: names are added, none changes. */
export function countsToJson(counts: ChangeCounts): object {
  const { same, new: fresh, changed, gone, failed, unanswered } = counts;
  return { new: fresh, changed, gone, failed, unchanged: same, unanswered };
}
