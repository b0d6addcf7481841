import type { HttpRequest } from "../core/request.ts";
import type { Row } from "../core/row.ts";
import type { RowSource } from "./row-source.ts";

/** A row and its request. */
export interface RowRequest {
  readonly row: Row;
  readonly request: HttpRequest;
}

/** Requests made at once: rows come by the thousand, their requests are made as they are needed. */
const SLICE = 256;

/** Each row with its request, in batches. */
export async function* requestsOf(
  source: RowSource,
  make: (row: Row) => HttpRequest,
): AsyncGenerator<readonly RowRequest[]> {
  for await (const batch of source.batches) {
    for (let start = 0; start < batch.length; start += SLICE) {
      yield batch.slice(start, start + SLICE).map((row) => ({ row, request: make(row) }));
    }
  }
}

/**
 * The columns of the first rows, and the source with those rows put back in front. Where each row may
 * have columns of its own (JSON lines), those of the whole first batch count; without a row there are
 * none to be wrong.
 */
export async function peekColumns(
  source: RowSource,
): Promise<{ readonly columns: readonly string[] | undefined; readonly source: RowSource }> {
  const reader = source.batches[Symbol.asyncIterator]();
  const first = await reader.next();
  if (first.done === true) return { columns: undefined, source: { ...source, batches: none() } };
  const columns = new Set<string>();
  let seen: readonly string[] | undefined;
  for (const row of first.value) {
    if (row.columns === seen) continue;
    seen = row.columns;
    for (const column of seen) columns.add(column);
  }
  async function* batches(): AsyncGenerator<readonly Row[]> {
    yield first.value as readonly Row[];
    yield* { [Symbol.asyncIterator]: () => reader };
  }
  return { columns: [...columns], source: { ...source, batches: batches() } };
}

async function* none(): AsyncGenerator<readonly Row[]> {}
