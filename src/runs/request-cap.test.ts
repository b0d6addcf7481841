import { describe, expect, test } from "vitest";

import { createCall } from "../core/call.ts";
import { Failure } from "../core/failure.ts";
import { createRequest } from "../core/request.ts";
import { parseMoney } from "../formats/money.ts";
import type { OpenedRun } from "../queue/journal-messages.ts";
import { createScriptedTransport } from "../transport/scripted.ts";
import { type CapOptions, createRequestCap, type RequestCap } from "./request-cap.ts";

const request = createRequest({ url: "https://a.test/" });
const PRICED = { price: parseMoney("0.005"), maxCost: parseMoney("20") };

type Session = OpenedRun["sessions"][number];

function journalOf(sessions: readonly Session[], reserved?: bigint) {
  const notes: string[] = [];
  const facts = new Map(
    reserved === undefined ? [] : [["reserved", JSON.stringify(`${reserved}`)]],
  );
  return {
    notes,
    run: { sessions, facts } as unknown as OpenedRun,
    note: async (noted: Readonly<Record<string, string>>) => {
      notes.push(...Object.values(noted));
    },
  };
}

function session(counters: object, endedMs: number | null = 1): Session {
  return { pid: 1, beganMs: 0, endedMs, reason: null, counters: JSON.stringify(counters) };
}

/** Asks so many times; tells how many left and how many stayed back. */
async function ask(cap: RequestCap, times: number) {
  const transport = createScriptedTransport([{}]);
  const send = cap.middleware.reduce((next, wrap) => wrap(next), transport.send);
  let stayed = 0;
  for (let time = 0; time < times; time += 1) {
    await send(request, createCall()).catch((error: unknown) => {
      expect(error).toBeInstanceOf(Failure);
      expect(error).toMatchObject({ code: "E_ABORTED", unsent: true });
      stayed += 1;
    });
  }
  return { left: transport.asked.length, stayed };
}

test("without a cap and a price there is nothing before the wire", () => {
  expect(createRequestCap({}).middleware).toEqual([]);
  expect(createRequestCap({ price: PRICED.price }).middleware).toEqual([]);
});

test("20.00 at half a cent pays for 4,000 requests and not for one more", async () => {
  const cap = createRequestCap(PRICED);
  expect(await ask(cap, 4_000)).toEqual({ left: 4_000, stayed: 0 });
  expect(cap.signal.aborted).toBe(false);
  expect(await ask(cap, 2)).toEqual({ left: 0, stayed: 2 });
  expect(cap.signal.aborted).toBe(true);
  expect(cap.words).toBe("stopped by --max-cost 20.00 at 4,000 requests");
});

test("a price that binary fractions cannot hold is not rounded in anybody's favour", async () => {
  const caps = { price: parseMoney("0.1"), maxCost: parseMoney("0.3") };
  expect(await ask(createRequestCap(caps), 5)).toEqual({ left: 3, stayed: 2 });
});

test.each<readonly [words: string, caps: CapOptions, left: number]>([
  ["stopped by --max-requests 7", { ...PRICED, maxRequests: 7 }, 7],
  [
    "stopped by --max-cost 0.02 at 4 requests",
    { ...PRICED, maxCost: parseMoney("0.02"), maxRequests: 7 },
    4,
  ],
])("of two caps the first one reached stops: %s", async (words, caps, left) => {
  const cap = createRequestCap(caps);
  expect(await ask(cap, 9)).toEqual({ left, stayed: 9 - left });
  expect(cap.words).toBe(words);
});

describe("over a resumed run", () => {
  test("what earlier processes paid counts", async () => {
    const paid = String(parseMoney("19.99"));
    const cap = createRequestCap(PRICED, journalOf([session({ requests: 3_998, paid })]));
    expect(await ask(cap, 5)).toEqual({ left: 2, stayed: 3 });
    expect(cap.words).toBe("stopped by --max-cost 20.00 at 4,000 requests");
  });

  test("nothing leaves where nothing is left", async () => {
    const paid = String(parseMoney("20"));
    const cap = createRequestCap(PRICED, journalOf([session({ requests: 4_000, paid })]));
    expect(await ask(cap, 1)).toEqual({ left: 0, stayed: 1 });
  });

  test("after a kill all that may have been sent counts", async () => {
    const killed = session({ requests: 100, paid: String(parseMoney("0.50")) }, null);
    const cap = createRequestCap(PRICED, journalOf([killed], parseMoney("19.995")));
    expect(await ask(cap, 3)).toEqual({ left: 1, stayed: 2 });
  });
});

test("what may be spent is noted before it is", async () => {
  const journal = journalOf([]);
  const cap = createRequestCap({ ...PRICED, maxCost: parseMoney("0.01") }, journal);
  await ask(cap, 3);
  expect(journal.notes).toEqual([JSON.stringify(`${parseMoney("0.01")}`)]);
});

test("a request that the wire sends once more of itself is paid twice, or stays back", async () => {
  const cap = createRequestCap({ maxRequests: 3 });
  const asked: unknown[] = [];
  const send = cap.middleware[0]!(async (_request, call) => {
    await call.beforeRepeat!(request);
    asked.push(call);
    throw new Failure("E_RESET", "gone", { request });
  });
  await expect(send(request, createCall())).rejects.toMatchObject({ code: "E_RESET" });
  await expect(send(request, createCall())).rejects.toMatchObject({ code: "E_ABORTED" });
  expect(asked).toHaveLength(1);
  expect(cap.signal.aborted).toBe(true);
});
