import type { Clock } from "../core/clock.ts";
import type { HttpRequest } from "../core/request.ts";
import { createRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import { cell, type Row } from "../core/row.ts";
import type { Send } from "../core/send.ts";
import { createDocument } from "../formats/document.ts";
import type { Task } from "../queue/queue.ts";
import type { RequestMaker } from "../sources/request-maker.ts";
import { batchLookup, compileBatchRequests } from "./batch-request.ts";
import type { BatchPairing } from "./batch-pairs.ts";
import type { CompiledBatch } from "./step-batch.ts";
import { sendBatches } from "./send-batches.ts";

/** What the batches of a step are made with. */
export interface StepBatchesOptions {
  readonly batch: CompiledBatch;
  /** Makes the request that the rows' values are put into. */
  readonly maker: RequestMaker;
  /** What templates find beside a row's columns. */
  readonly constants: ReadonlyMap<string, unknown>;
  readonly clock: Clock;
}

/** The batches of a step: a request for each row, and a Send that joins those of several. */
export interface StepBatches {
  /** The request that would ask for this row alone: it names the row, and is never sent as it is while others come. */
  readonly make: (row: Row) => HttpRequest;
  readonly around: (send: Send) => Send;
  /** The requests that rows give together, each in the place of its first row. */
  readonly joined: (batches: AsyncIterable<readonly Task[]>) => AsyncGenerator<readonly Task[]>;
}

/** Prepares the batches of a step. */
export function stepBatches({ batch, maker, constants, clock }: StepBatchesOptions): StepBatches {
  const rows = new WeakMap<HttpRequest, Row>();
  const { into, items, pair, size } = batch;
  const wider = createWidener(constants);

  const requestFor = (some: readonly Row[]): HttpRequest => {
    if (into.as === "lists") return maker.make(listRow(some));
    const base = withContentType(maker.make(some[0]!), into.as);
    return compileBatchRequests(base, into).requestFor(some.map(wider));
  };

  const pairing: BatchPairing<Row> =
    pair.by === "order"
      ? pair
      : {
          by: "key",
          item: pair.item,
          row: (row) =>
            pair.row.expand((name) =>
              constants.has(name) ? constants.get(name) : cell(row, name),
            ),
        };

  const listOf = (response: HttpResponse): unknown => {
    if (!(response.body instanceof Uint8Array)) throw new TypeError("the body went to a file");
    const document = createDocument(response.body, response.header("content-type"));
    return items === undefined ? document.json() : items.select(document);
  };

  return {
    make(row) {
      const base = maker.make(row);
      // A row that gives no request joins nobody.
      if (base.refusal !== undefined) return base;
      const request = requestFor([row]);
      rows.set(request, row);
      return request;
    },
    around(send) {
      const join = sendBatches({
        send,
        size,
        rowOf: (request) => rows.get(request)!,
        groupOf: (row) => (into.as === "lists" ? "" : groupOf(maker.make(row))),
        requestFor,
        listOf,
        pairing,
        clock,
      });
      return (request, call) => (rows.has(request) ? join : send)(request, call);
    },
    async *joined(batches) {
      let waiting: Row[] = [];
      const task = (): Task => ({ row: waiting[0]!, request: requestFor(waiting) });
      for await (const tasks of batches) {
        const full: Task[] = [];
        for (const { row } of tasks) {
          waiting.push(row);
          if (waiting.length < size) continue;
          full.push(task());
          waiting = [];
        }
        if (full.length > 0) yield full;
      }
      if (waiting.length > 0) yield [task()];
    },
  };
}

/** Rows whose requests differ in more than what is joined are asked apart. */
function groupOf({ url, headers, body }: HttpRequest): string {
  const content = typeof body === "string" ? body : String(body?.byteLength ?? "");
  return [url, ...headers, content].join("\n");
}

/** A row whose values are those of several, as lists. */
function listRow(some: readonly Row[]): Row {
  const columns = [...new Set(some.flatMap((row) => row.columns))];
  const lookup = batchLookup(some);
  return { ...some[0]!, columns, values: columns.map(lookup) };
}

/** Adds to rows what is the same for all; a constant goes before a column of its name. */
function createWidener(constants: ReadonlyMap<string, unknown>): (row: Row) => Row {
  if (constants.size === 0) return (row) => row;
  return (row) => {
    const own = row.columns.flatMap((name, at) =>
      constants.has(name) ? [] : [[name, at] as const],
    );
    return {
      ...row,
      columns: [...constants.keys(), ...own.map(([name]) => name)],
      values: [...constants.values(), ...own.map(([, at]) => row.values[at])],
    };
  };
}

function withContentType(base: HttpRequest, as: "repeated" | "joined" | "json"): HttpRequest {
  const hasType = base.headers.some((name, at) => at % 2 === 0 && /^content-type$/i.test(name));
  if (as !== "json" || hasType) return base;
  return createRequest({
    ...base,
    headers: [...base.headers, "content-type", "application/json"],
  });
}
