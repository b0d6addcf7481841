import type { Mark, MarkOptions, Sink } from "./sink.ts";

/** A sink that takes records and keeps none: for runs whose answers go elsewhere. */
export function createNullSink({ marks = "none" }: MarkOptions = {}): Sink {
  let rows: number[] = [];

  async function commit(): Promise<Mark> {
    const mark: Mark = { rows, standing: undefined, held: [] };
    rows = [];
    return mark;
  }

  return {
    write(_record, rowNumber) {
      if (marks === "kept") rows.push(rowNumber);
    },
    commit,
    close: commit,
    async [Symbol.asyncDispose]() {},
  };
}
