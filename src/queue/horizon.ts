/** How far a queue runs ahead of the oldest row still owed. */
export interface Horizon {
  /** A promise while `row` is too far ahead; at most one waits at a time. */
  reach(row: number): Promise<void> | undefined;
  /** Notes that a row is owed no longer. */
  settled(row: number): void;
}

/**
 * Keeps those who lease within `rows` of the oldest row still owed, so that whoever restores the order
 * of the input holds at most so many records.
 */
export function createHorizon(rows: number): Horizon {
  if (rows === Number.POSITIVE_INFINITY) return { reach: () => undefined, settled: () => {} };
  const settled = new Set<number>();
  let oldestOwed = 1;
  let wake: (() => void) | undefined;

  async function reached(row: number): Promise<void> {
    while (row - oldestOwed > rows) {
      const woken = Promise.withResolvers<void>();
      wake = woken.resolve;
      await woken.promise;
      wake = undefined;
    }
  }

  return {
    reach: (row) => (row - oldestOwed > rows ? reached(row) : undefined),
    settled(row) {
      settled.add(row);
      while (settled.delete(oldestOwed)) oldestOwed += 1;
      wake?.();
    },
  };
}
