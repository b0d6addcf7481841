import type { Row } from "../core/row.ts";
import type { HttpRequest } from "../core/request.ts";
import type { RequestMaker } from "./request-maker.ts";
import type { RowSource } from "./row-source.ts";

/** A row and its request. */
export interface RowRequest {
  readonly row: Row;
  readonly request: HttpRequest;
}

/** Each row with its request, in batches; the first batch's columns are checked before anything is sent. */
export async function* requestsOf(
  source: RowSource,
  maker: RequestMaker,
): AsyncGenerator<readonly RowRequest[]> {
  for await (const batch of source.batches) {
    yield batch.map((row) => ({ row, request: maker.make(row) }));
  }
}

/**
 * Reads the first rows and checks that the maker finds its columns among theirs; gives the source
 * back with those rows put in front.
 * @throws UsageError before anything is sent.
 */
export async function checkColumns(source: RowSource, maker: RequestMaker): Promise<RowSource> {
  const reader = source.batches[Symbol.asyncIterator]();
  const first = await reader.next();
  if (first.done !== true) {
    const columns = new Set(first.value.flatMap((row) => row.columns));
    maker.check([...columns], source.name);
  }
  async function* batches(): AsyncGenerator<readonly Row[]> {
    if (first.done === true) return;
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => reader };
  }
  return { ...source, batches: batches() };
}
