import type { Journal } from "../queue/journal.ts";

/**
 * One retry of a step: the rows that were taken back, and how many there were by then. What a step gives to
 * others keeps its place that way: what a retry adds comes after all that was there, as do rows that its
 * own parents gave it since.
 */
export interface Generation {
  readonly rows: readonly number[];
  readonly after: number;
}

/** In a journal's facts. */
const FACT = "generations";

/** The facts that note a retry of these rows, beside the retries before it. */
export function notedGeneration(
  { run }: Journal,
  rows: readonly number[],
): Readonly<Record<string, string>> {
  const after = Number(run.facts.get("total") ?? "0");
  const earlier = JSON.parse(run.facts.get(FACT) ?? "[]") as readonly Generation[];
  return { [FACT]: JSON.stringify([...earlier, { rows, after }]) };
}

/** The retries that a journal has noted, the first one first. */
export function generationsIn(store: {
  fact<T>(name: string): T | undefined;
}): readonly Generation[] {
  return store.fact<readonly Generation[]>(FACT) ?? [];
}

/** Tells which retry gave a row its outcome, from 1; 0 for the run itself. */
export function generationOf(generations: readonly Generation[]): (row: number) => number {
  const all = generations.map(({ rows, after }) => ({ rows: new Set(rows), after }));
  return (row) =>
    all.findLastIndex(({ rows, after }) => (after > 0 && row > after) || rows.has(row)) + 1;
}
