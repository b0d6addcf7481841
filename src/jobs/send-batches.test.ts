import { expect, test } from "vitest";

import { createCall } from "../core/call.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import type { Failure } from "../core/failure.ts";
import { createRequest, type HttpRequest } from "../core/request.ts";
import type { Row } from "../core/row.ts";
import { createManualClock } from "../transport/manual-clock.ts";
import { createScriptedTransport, type ScriptedAnswer } from "../transport/scripted.ts";
import type { BatchPairing } from "./batch-pairs.ts";
import { sendBatches } from "./send-batches.ts";

const BY_KEY: BatchPairing<Row> = { by: "key", item: ["id"], row: ({ values: [id] }) => id };

/** Rows of one column, asked together as `/?id=1&id=2`. */
function opened(
  answer: (ids: readonly string[]) => ScriptedAnswer | Promise<ScriptedAnswer>,
  size: number,
  pairing: BatchPairing<Row> = BY_KEY,
  time?: Clock,
) {
  const transport = createScriptedTransport(({ url }) =>
    answer(new URL(url).searchParams.getAll("id")),
  );
  const clock = createManualClock();
  const rows = new Map<HttpRequest, Row>();
  const requestFor = (some: readonly Row[]): HttpRequest =>
    createRequest({
      url: `http://a.example/?${some.map(({ values }) => `id=${String(values[0])}`).join("&")}`,
    });
  const send = sendBatches({
    send: transport.send,
    size,
    rowOf: (request) => rows.get(request)!,
    groupOf: () => "",
    requestFor,
    listOf: (response) => response.json(),
    pairing,
    clock: time ?? clock,
  });
  const ask = (number: number) => {
    const row: Row = { number, line: number, columns: ["id"], values: [number] };
    const request = requestFor([row]);
    rows.set(request, row);
    const call = createCall(undefined, undefined, number);
    return { call, request, answer: send(request, call) };
  };
  return { transport, clock, ask };
}

const itemsOf = (ids: readonly string[]): ScriptedAnswer => ({
  body: JSON.stringify(ids.map((id) => ({ id: Number(id) })).toReversed()),
  totalMs: 30,
});

test("a full batch leaves at once, and each row has its own part of the answer", async () => {
  const { ask, transport, clock } = opened(itemsOf, 3);
  const asked = [1, 2, 3].map(ask);
  const answers = await Promise.all(asked.map(({ answer }) => answer));
  expect(answers.map((response) => response.json())).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
  expect(transport.asked.map(({ url }) => url)).toEqual(["http://a.example/?id=1&id=2&id=3"]);
  expect(clock.pending).toBe(0);
  // All together they are one request, and took as long.
  expect(asked.map(({ call }) => call.requests)).toEqual([1, 0, 0]);
  expect(answers.map(({ timing }) => timing.totalMs)).toEqual([10, 10, 10]);
});

test("one that is not full leaves when nobody has come for a while, and not before", async () => {
  const { ask, transport, clock } = opened(itemsOf, 3);
  const first = ask(1);
  await clock.advance(9);
  const second = ask(2);
  await clock.advance(9);
  expect(transport.asked).toHaveLength(0);
  await clock.advance(1);
  expect(transport.asked).toHaveLength(1);
  expect((await first.answer).json()).toEqual({ id: 1 });
  expect((await second.answer).json()).toEqual({ id: 2 });
});

test("one that is not full does not leave while our own work holds up who is about to join", async () => {
  const { ask, transport } = opened(itemsOf, 2, BY_KEY, systemClock);
  const asked = [ask(1).answer];
  const joined = new Promise<void>((resolve) => {
    setImmediate(() => {
      asked.push(ask(2).answer);
      resolve();
    });
  });
  const untilMs = performance.now() + 30;
  while (performance.now() < untilMs);
  await joined;
  await Promise.all(asked);
  expect(transport.asked.map(({ url }) => url)).toEqual(["http://a.example/?id=1&id=2"]);
});

test("a row that sinks its batch fails alone, by its own request", async () => {
  const { ask } = opened((ids) => (ids.includes("2") ? { fails: "E_RESET" } : itemsOf(ids)), 4);
  const ended = await Promise.allSettled([1, 2, 3, 4].map((number) => ask(number).answer));
  expect(ended.map(({ status }) => status)).toEqual([
    ...["fulfilled", "rejected", "fulfilled", "fulfilled"],
  ]);
  const failure = (ended[1] as PromiseRejectedResult).reason as Failure;
  expect(failure.code).toBe("E_RESET");
  expect(failure.request.url).toBe("http://a.example/?id=2");
});

test("a row that the answer leaves out is asked once more by itself, and then fails as E_PARSE", async () => {
  const { ask, transport } = opened((ids) => itemsOf(ids.filter((id) => id !== "2")), 3);
  const ended = await Promise.allSettled([1, 2, 3].map((number) => ask(number).answer));
  expect(transport.asked.map(({ url }) => url)).toEqual([
    "http://a.example/?id=1&id=2&id=3",
    "http://a.example/?id=2",
  ]);
  expect((ended[1] as PromiseRejectedResult).reason).toMatchObject({ code: "E_PARSE" });
});

test("an answer that cannot be read fails its rows, whoever they are, and none is left waiting", async () => {
  const { ask } = opened(() => ({ body: "no JSON" }), 2);
  const ended = await Promise.allSettled([1, 2].map((number) => ask(number).answer));
  expect(ended.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  for (const one of ended) {
    expect((one as PromiseRejectedResult).reason).toMatchObject({ code: "E_PARSE" });
  }
});

test("what is stopped is owed by every row of the batch", async () => {
  const { ask } = opened(() => ({ fails: "E_ABORTED" }), 2);
  const ended = await Promise.allSettled([1, 2].map((number) => ask(number).answer));
  for (const one of ended) {
    expect((one as PromiseRejectedResult).reason).toMatchObject({ code: "E_ABORTED" });
  }
});
