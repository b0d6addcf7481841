/** The middle value; the mean of the two middle ones where there are two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Milliseconds for a table: `41.2 ms`, `1.53 s`. */
export function inTime(valueMs: number): string {
  return valueMs < 1000 ? `${valueMs.toFixed(1)} ms` : `${(valueMs / 1000).toFixed(2)} s`;
}

/** Lowest to highest, as a table shows it. */
export function spread(valuesMs: readonly number[]): string {
  return `${inTime(Math.min(...valuesMs))} – ${inTime(Math.max(...valuesMs))}`;
}

/** Bytes as whole mebibytes. */
export function inMebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MiB`;
}

/** A ratio as a table shows it: `0.87 ×`. */
export function inTimes(ratio: number): string {
  return `${ratio.toFixed(2)} ×`;
}
