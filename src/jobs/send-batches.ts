import { type Call, createCall } from "../core/call.ts";
import type { Clock } from "../core/clock.ts";
import { Failure } from "../core/failure.ts";
import type { HttpRequest } from "../core/request.ts";
import { HttpResponse } from "../core/response.ts";
import type { Row } from "../core/row.ts";
import type { Send } from "../core/send.ts";
import { stringifyJson } from "../formats/json.ts";
import { answerBatch, type Batch, type BatchStep, createBatch, failBatch } from "./batch.ts";
import type { BatchPairing } from "./batch-pairs.ts";

/** How rows share requests. */
export interface SendBatchesOptions {
  readonly send: Send;
  readonly size: number;
  /** The row of a request that was made for it alone. */
  readonly rowOf: (request: HttpRequest) => Row;
  /** What rows have to have in common to share a request. */
  readonly groupOf: (row: Row) => string;
  /** @throws UsageError for a value that cannot be joined */
  readonly requestFor: (rows: readonly Row[]) => HttpRequest;
  /** The list of answers in a response. @throws as a selector does */
  readonly listOf: (response: HttpResponse) => unknown;
  readonly pairing: BatchPairing<Row>;
  readonly clock: Clock;
}

/** One row that waits for its answer. */
interface Waiter {
  readonly request: HttpRequest;
  readonly row: Row;
  readonly call: Call;
  readonly resolve: (response: HttpResponse) => void;
  readonly reject: (failure: unknown) => void;
}

/** A batch that is not full leaves once nobody has joined for so long … */
const QUIET_MS = 9;
/** … and for a turn of the event loop more: who is about to join may be held up by our own work. */
const TURN_MS = 1;

/**
 * A Send that lets rows wait for each other, asks for them in one request and gives each its own part of
 * the answer: the JSON of its item. A batch leaves when it is full, or when nobody else comes. A row that
 * sinks its batch is found and fails alone. Rejects for each row with a Failure of its own request.
 */
export function sendBatches(options: SendBatchesOptions): Send {
  const { size, rowOf, groupOf, clock } = options;
  const groups = new Map<string, Waiter[]>();
  let quiet: Disposable | undefined;

  function leave(group: string, waiters: readonly Waiter[]): void {
    groups.delete(group);
    void ask(createBatch(waiters), options);
  }

  function leaveSoon(): void {
    quiet = clock.after(TURN_MS, leaveAll);
  }

  function leaveAll(): void {
    quiet = undefined;
    for (const [group, waiters] of groups) leave(group, waiters);
  }

  return (request, call) =>
    new Promise((resolve, reject) => {
      const row = rowOf(request);
      const group = groupOf(row);
      const waiters = groups.get(group) ?? [];
      waiters.push({ request, row, call, resolve, reject });
      groups.set(group, waiters);
      quiet?.[Symbol.dispose]();
      quiet = undefined;
      if (waiters.length >= size) leave(group, waiters);
      if (groups.size > 0) quiet = clock.after(QUIET_MS, leaveSoon);
    });
}

/** Asks for a batch and for those that follow from it; each row of it is settled once. */
async function ask(batch: Batch<Waiter>, options: SendBatchesOptions): Promise<void> {
  const { send, requestFor, listOf, pairing } = options;
  const { rows } = batch;
  const call = sharedCall(rows);
  let step: BatchStep<Waiter>;
  let response: HttpResponse | undefined;
  try {
    const request = requestOf(rows, requestFor);
    try {
      response = await send(request, call);
      const list = listIn(response, request, listOf);
      step = answerBatch(batch, { request, response, list }, pairingOf(pairing));
    } finally {
      shareCost(rows, call);
    }
  } catch (error) {
    if (!(error instanceof Failure) || error.code === "E_ABORTED") {
      for (const { reject, request } of allOf(batch)) {
        reject(error instanceof Failure ? ownFailure(error, request) : error);
      }
      return;
    }
    step = failBatch(batch, error);
  }
  for (const settled of step.settled) {
    const { row } = settled;
    if ("failure" in settled) row.reject(ownFailure(settled.failure, row.request));
    else row.resolve(ownAnswer(response!, settled.item, rows.length));
  }
  await Promise.all(step.next.map((next) => ask(next, options)));
}

/** Everybody who is settled by a batch or by what follows from it. */
function allOf({ rows, rest, others }: Batch<Waiter>): readonly Waiter[] {
  return [...rows, ...rest, ...others];
}

function requestOf(
  waiters: readonly Waiter[],
  requestFor: SendBatchesOptions["requestFor"],
): HttpRequest {
  try {
    return requestFor(waiters.map(({ row }) => row));
  } catch (error) {
    const [{ request }] = waiters as readonly [Waiter];
    throw new Failure("E_PARSE", (error as Error).message, { request, cause: error });
  }
}

function listIn(
  response: HttpResponse,
  request: HttpRequest,
  listOf: SendBatchesOptions["listOf"],
): unknown {
  try {
    return listOf(response);
  } catch (cause) {
    const words = `the answer cannot be read: ${(cause as Error).message}`;
    throw new Failure("E_PARSE", words, { request, response, cause });
  }
}

function pairingOf(pairing: BatchPairing<Row>): BatchPairing<Waiter> {
  if (pairing.by === "order") return pairing;
  return { ...pairing, row: ({ row }) => pairing.row(row) };
}

/** One call for all: stopped with them, and resting for each of them. */
function sharedCall(waiters: readonly Waiter[]): Call {
  const [{ call: first }] = waiters as readonly [Waiter];
  const onRest: Call["onRest"] = (rest, edge) => {
    for (const { call } of waiters) call.onRest?.(rest, edge);
  };
  const call = createCall(first.signal, onRest, first.row);
  call.rows = waiters.map((one) => one.call.row);
  return call;
}

/** Each row has had the waits and attempts; the requests are counted once. */
function shareCost(waiters: readonly Waiter[], shared: Call): void {
  for (const [index, { call }] of waiters.entries()) {
    call.attempts += shared.attempts;
    call.queuedMs += shared.queuedMs;
    call.heldMs += shared.heldMs;
    if (index === 0) call.requests += shared.requests;
  }
}

/** A row's part of an answer; its time is its share, so that all together are the request's. */
function ownAnswer(response: HttpResponse, item: unknown, rows: number): HttpResponse {
  const body = Buffer.from(stringifyJson(item ?? null));
  return new HttpResponse({
    url: response.url,
    status: response.status,
    headers: { ...response.headers, "content-type": "application/json" },
    body,
    wireBytes: body.byteLength,
    protocol: response.protocol,
    remoteAddress: response.remoteAddress,
    redirects: response.redirects,
    timing: { ...response.timing, totalMs: response.timing.totalMs / rows },
  });
}

function ownFailure(failure: Failure, request: HttpRequest): Failure {
  const { code, message, response, cause, transient, unsent, elapsedMs, ruling } = failure;
  return new Failure(code, message, {
    request,
    response,
    cause,
    transient,
    unsent,
    ruling,
    ...(elapsedMs === undefined ? {} : { elapsedMs }),
  });
}
