import { formatDuration } from "../formats/quantity.ts";
import { formatMoney } from "../formats/money.ts";
import { costOf, settledOf, wallMsOf, type Tally } from "./tally.ts";

/**
 * The last line of a run: `27000 inputs = 26988 answered + 12 failed + 0 skipped · 41.2 s (one by
 * one: 2 h 29 min, 217×)`. The inputs are those that were read; the parenthesis stands where there
 * is something to compare: two answers or more, and time gained. Where requests have a price, `· cost
 * 20.00` ends the line.
 */
export function formatAccount(tally: Tally): string {
  const inputs = settledOf(tally);
  const { answered, failed, skipped } = tally;
  const sum = `${inputs} ${inputs === 1 ? "input" : "inputs"} = ${answered} answered + ${failed} failed + ${skipped} skipped`;
  const wallMs = wallMsOf(tally);
  const told = `${sum} · ${formatDuration(wallMs)}`;
  const cost = costOf(tally);
  const end = cost === undefined ? "" : ` · cost ${formatMoney(cost)}`;
  // Retries of what failed in the end count on the clock and not in the sum: no gain to speak of.
  if (answered - tally.duplicates < 2 || tally.sequentialMs < wallMs) return told + end;
  const bound =
    tally.maxInFlight > 1 && tally.slowestMs > 0.9 * wallMs ? "; the slowest answer bounds it" : "";
  return `${told} (one by one: ${formatDuration(tally.sequentialMs)}, ${formatRatio(tally.sequentialMs / wallMs)}${bound})${end}`;
}

/** A ratio as people say it: `3.4×`, `217×`. */
export function formatRatio(ratio: number): string {
  return `${ratio < 9.95 ? ratio.toFixed(1) : Math.round(ratio)}×`;
}
