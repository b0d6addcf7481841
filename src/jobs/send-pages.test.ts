import { expect, test } from "vitest";

import { createCall } from "../core/call.ts";
import type { Failure } from "../core/failure.ts";
import { createRequest, type HttpRequest } from "../core/request.ts";
import { createManualClock } from "../transport/manual-clock.ts";
import {
  createScriptedTransport,
  type ScriptedAnswer,
  type ScriptedTransport,
} from "../transport/scripted.ts";
import { sendPages, type SendPagesOptions } from "./send-pages.ts";
import type { CompiledPages } from "./step-pages.ts";

const request = createRequest({ url: "http://a.example/list" });

function json(value: unknown): ScriptedAnswer {
  return { body: JSON.stringify(value), headers: { "content-type": "application/json" } };
}

function pagesOf(paging: CompiledPages["paging"], more: Partial<CompiledPages> = {}) {
  const base = { items: "items", key: undefined, maxPages: undefined, origins: [] };
  return { paging, parallel: undefined, ...base, ...more } satisfies CompiledPages;
}

const CURSOR = { kind: "cursor", next: "next", into: "at" } as const;
const COUNTED = { kind: "page", into: "page", last: "pages" } as const;

function opened(
  transport: ScriptedTransport,
  pages: CompiledPages,
  more: Partial<SendPagesOptions> = {},
) {
  const { send } = transport;
  const clock = createManualClock();
  const options = { mostAtOnce: 50, maxBodyBytes: 1_000_000, clock, ...more };
  return { clock, send: sendPages({ pages, once: send, fresh: send, ...options }) };
}

function pageOf({ url }: HttpRequest, name: string): number {
  return Number(new URL(url).searchParams.get(name) ?? 1);
}

test("the pages of a list are one answer, a JSON list in their order, and its cost is theirs", async () => {
  const transport = createScriptedTransport((asked) => {
    const page = pageOf(asked, "at");
    return json({ items: [page], next: page < 3 ? page + 1 : null });
  });
  const { send } = opened(transport, pagesOf(CURSOR));
  const call = createCall();
  const response = await send(request, call);
  expect(response.json()).toEqual([
    { items: [1], next: 2 },
    { items: [2], next: 3 },
    { items: [3], next: null },
  ]);
  expect(response.header("content-type")).toBe("application/json");
  expect(response.timing.totalMs).toBe(3);
  expect(call.requests).toBe(3);
});

test("counted pages are under way together, as many as are allowed", async () => {
  const waiting: (() => void)[] = [];
  let most = 0;
  const transport = createScriptedTransport(async (asked) => {
    const page = pageOf(asked, "page");
    if (page > 1) {
      const landed = new Promise<void>((resolve) => waiting.push(resolve));
      most = Math.max(most, waiting.length);
      // All that may be out are out: the one that left last lands first.
      setImmediate(() => waiting.pop()?.());
      await landed;
    }
    return json({ items: [page], pages: 20 });
  });
  const { send } = opened(transport, pagesOf(COUNTED), { mostAtOnce: 7 });
  const response = await send(request, createCall());
  const pages = response.json<{ items: number[] }[]>();
  expect(pages.map(({ items }) => items[0])).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
  expect(transport.asked).toHaveLength(20);
  expect(most).toBe(7);
});

test("a token is waited for without a turn of the host, and asked anew where it does not work yet", async () => {
  let tries = 0;
  const left = Promise.withResolvers<void>();
  const transport = createScriptedTransport((asked) => {
    if (pageOf(asked, "at") === 1) {
      left.resolve();
      return json({ items: [1], next: 2 });
    }
    tries += 1;
    return tries === 1 ? json({ status: "NOT YET" }) : json({ items: [2] });
  });
  const paging = { ...CURSOR, delayMs: 2_000, notReady: "status == 'NOT YET'" };
  const { send, clock } = opened(transport, pagesOf(paging));
  const rests: string[] = [];
  const call = createCall(undefined, (rest, edge) => rests.push(`${rest} ${edge}`));
  const answer = send(request, call);
  await left.promise;
  await clock.advance(1_999);
  expect(transport.asked).toHaveLength(1);
  expect(rests).toEqual(["retry begin"]);
  await clock.advance(1);
  expect(transport.asked).toHaveLength(2);
  await clock.advance(60_000);
  expect((await answer).json()).toEqual([{ items: [1], next: 2 }, { items: [2] }]);
  expect(rests.filter((one) => one.endsWith("begin"))).toHaveLength(2);
  expect(rests.filter((one) => one.endsWith("end"))).toHaveLength(2);
  expect(call.heldMs).toBeGreaterThanOrEqual(2_000);
});

test("a page that cannot be had fails the list as itself; one that leads in a circle is E_PAGES", async () => {
  const broken = createScriptedTransport((asked) =>
    pageOf(asked, "at") === 1 ? json({ items: [1], next: 2 }) : { fails: "E_RESET" },
  );
  const failure: Failure = await opened(broken, pagesOf(CURSOR))
    .send(request, createCall())
    .then(
      () => expect.unreachable(),
      (error: Failure) => error,
    );
  expect(failure.code).toBe("E_RESET");
  const circle = createScriptedTransport(() => json({ items: [1], next: 2 }));
  await expect(opened(circle, pagesOf(CURSOR)).send(request, createCall())).rejects.toMatchObject({
    code: "E_PAGES",
  });
});

test("a list larger than allowed fails as E_TOO_LARGE, before it fills the memory", async () => {
  const endless = createScriptedTransport((asked, count) =>
    json({ items: ["x".repeat(1_000)], next: count + 1 + pageOf(asked, "at") }),
  );
  const { send } = opened(endless, pagesOf(CURSOR), { maxBodyBytes: 10_000 });
  await expect(send(request, createCall())).rejects.toMatchObject({ code: "E_TOO_LARGE" });
  expect(endless.asked.length).toBeLessThan(12);
});

test("a stop in the middle leaves the list owed", async () => {
  const transport = createScriptedTransport(() => json({ items: [1], next: 2 }));
  const { send, clock } = opened(transport, pagesOf({ ...CURSOR, delayMs: 5_000 }));
  const stop = new AbortController();
  const answer = send(request, createCall(stop.signal));
  const ended = answer.catch((error: unknown) => error);
  await clock.advance(1_000);
  stop.abort();
  expect(await ended).toMatchObject({ code: "E_ABORTED" });
  expect(clock.pending).toBe(0);
});

test("what is on two pages is left out of the later one", async () => {
  const transport = createScriptedTransport((asked) => {
    const page = pageOf(asked, "at");
    return json({ items: [{ id: page }, { id: page + 1 }], next: page < 2 ? 2 : null });
  });
  const { send } = opened(transport, pagesOf(CURSOR, { key: "id" }));
  const response = await send(request, createCall());
  expect(response.json()).toEqual([
    { items: [{ id: 1 }, { id: 2 }], next: 2 },
    { items: [{ id: 3 }], next: null },
  ]);
});
