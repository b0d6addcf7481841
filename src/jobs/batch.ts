import { Failure } from "../core/failure.ts";
import type { HttpRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import { blameBatch } from "./batch-blame.ts";
import { type BatchPairing, pairBatch } from "./batch-pairs.ts";

/** Rows that are asked together, and what is known of them. */
export interface Batch<R> {
  readonly rows: readonly R[];
  /** `search`: one among these or `rest` sinks a batch. `alone`: the last word on a row. */
  readonly kind: "whole" | "part" | "search" | "alone";
  /** Of a search: those to look at where these pass. */
  readonly rest: readonly R[];
  /** Of a search: those that were in the failed batch and are asked once its bad row is found. */
  readonly others: readonly R[];
  /** Bad rows that were found so far. */
  readonly found: number;
  /** Rows of the batch with which it began. */
  readonly size: number;
  /** Of a search: the failure that is looked into. */
  readonly failure: Failure | undefined;
}

/** What became of a row. */
export type RowResult<R> =
  | { readonly row: R; readonly item: unknown }
  | { readonly row: R; readonly failure: Failure };

/** What follows from a batch that has landed: rows that are done, and batches to ask for. */
export interface BatchStep<R> {
  readonly settled: readonly RowResult<R>[];
  readonly next: readonly Batch<R>[];
}

/** An answer to a batch. */
export interface BatchAnswer {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  /** The list within it; an object whose members are named by keys; anything else matches no row. */
  readonly list: unknown;
}

/** The batch of rows that were not asked before. */
export function createBatch<R>(rows: readonly R[]): Batch<R> {
  return batchOf(rows, "whole", { found: 0, size: rows.length });
}

/** Rows joined `size` at a time, the last batch with what is left; lazily. @throws RangeError for a size that is no whole number from 1. */
export function* batchesOf<R>(rows: Iterable<R>, size: number): Generator<Batch<R>> {
  if (!Number.isSafeInteger(size) || size < 1) {
    throw new RangeError(`a batch's size is a whole number from 1, not ${size}`);
  }
  let joined: R[] = [];
  for (const row of rows) {
    joined.push(row);
    if (joined.length < size) continue;
    yield createBatch(joined);
    joined = [];
  }
  if (joined.length > 0) yield createBatch(joined);
}

/** Gives the rows of a batch their items. A row for which there is none is asked once more, alone. */
export function answerBatch<R>(
  batch: Batch<R>,
  answer: BatchAnswer,
  pairing: BatchPairing<R>,
): BatchStep<R> {
  const { paired, unmatched } = pairBatch(batch.rows, answer.list, pairing);
  const { request, response } = answer;
  const alone = (row: R): Batch<R> => batchOf([row], "alone", batch);
  if (batch.kind === "alone" && unmatched.length > 0) {
    const words = "the answer has nothing for this row";
    const failure = new Failure("E_PARSE", words, { request, response });
    return { settled: [...paired, ...unmatched.map((row) => ({ row, failure }))], next: [] };
  }
  const goesOn =
    batch.kind === "search"
      ? search(batch.rest, batch.others, batch)
      : { settled: [], next: [] as readonly Batch<R>[] };
  return {
    settled: [...paired, ...goesOn.settled],
    next: [...unmatched.map(alone), ...goesOn.next],
  };
}

/**
 * Looks for the row that sinks a batch, so that its neighbours are answered. A bad row among `n` is
 * found by halves: a half that passes clears its rows and accuses the other, so that a row is known to
 * be bad by elimination, without being asked alone. Those put aside are then asked together. With one
 * bad row that takes at most ⌈log2 n⌉ + 1 more requests; where bad rows are many, the rest is asked one
 * by one. What may have failed for its size is halved, both halves asked.
 */
export function failBatch<R>(batch: Batch<R>, failure: Failure): BatchStep<R> {
  const { rows, kind, found, size } = batch;
  const blame = blameBatch(failure);
  const waiting = kind === "search" ? [...batch.rest, ...batch.others] : [];
  if (blame === "all of it") {
    return { settled: [...rows, ...waiting].map((row) => ({ row, failure })), next: [] };
  }
  if (kind === "alone" || (rows.length === 1 && kind !== "search")) {
    return { settled: rows.map((row) => ({ row, failure })), next: [] };
  }
  if (blame === "its size" || kind === "part") {
    const aside = waiting.length === 0 ? [] : [batchOf(waiting, "whole", batch)];
    const parts =
      rows.length === 1 ? [] : [rows.slice(0, rows.length >> 1), rows.slice(rows.length >> 1)];
    const settled = rows.length === 1 ? [{ row: rows[0]!, failure }] : [];
    return { settled, next: [...parts.map((part) => batchOf(part, "part", batch)), ...aside] };
  }
  if (kind === "search") {
    return search(rows, [...batch.others, ...batch.rest], { found, size, failure });
  }
  if (found >= mostSearches(size)) {
    return { settled: [], next: rows.map((row) => batchOf([row], "alone", batch)) };
  }
  return search(rows, [], { found, size, failure });
}

/** What a search remembers from step to step. */
type Course = Pick<Batch<unknown>, "found" | "size" | "failure">;

/** The next step to the bad row that is known to be among `suspects`. */
function search<R>(suspects: readonly R[], others: readonly R[], course: Course): BatchStep<R> {
  if (suspects.length === 1) {
    const settled = [{ row: suspects[0]!, failure: course.failure! }];
    const found = course.found + 1;
    const next = others.length === 0 ? [] : [batchOf(others, "whole", { ...course, found })];
    return { settled, next };
  }
  const half = suspects.length >> 1;
  const probe = batchOf(suspects.slice(0, half), "search", course);
  return { settled: [], next: [{ ...probe, rest: suspects.slice(half), others }] };
}

/** A search costs some log2 n requests: with more bad rows than this, asking one by one is cheaper. */
function mostSearches(size: number): number {
  return Math.max(2, Math.floor(size / (2 * Math.log2(Math.max(2, size)))));
}

function batchOf<R>(
  rows: readonly R[],
  kind: Batch<R>["kind"],
  { found, size, failure }: Omit<Course, "failure"> & { readonly failure?: Failure | undefined },
): Batch<R> {
  return { rows, kind, rest: [], others: [], found, size, failure };
}
