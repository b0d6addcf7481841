import { describe, expect, test } from "vitest";

import { createCall } from "../core/call.ts";
import { Failure } from "../core/failure.ts";
import { createRequest } from "../core/request.ts";
import type { Send } from "../core/send.ts";
import { createGate } from "../policy/gate.ts";
import { createBreaker } from "../policy/breaker.ts";
import { createRateLearner } from "../policy/rate-learner.ts";
import { createRetryPolicy } from "../policy/retry-policy.ts";
import { createManualClock } from "../transport/manual-clock.ts";
import { createScriptedTransport, type ScriptedAnswer } from "../transport/scripted.ts";
import { hostGate } from "./host-gate.ts";
import { retry } from "./retry.ts";

const get = createRequest({ url: "http://a.example/" });

function world(answers: readonly ScriptedAnswer[], retries = 4) {
  const clock = createManualClock();
  const transport = createScriptedTransport(answers);
  const gate = createGate(1);
  const policy = createRetryPolicy({ retries, maxRetryAfterMs: 60_000, random: () => 0.5 });
  const host = hostGate({
    host: "http://a.example",
    learner: createRateLearner({ most: 1, start: 1 }),
    breaker: createBreaker({ random: () => 0.5 }),
    quota: undefined,
    total: gate,
    maxRetryAfterMs: 60_000,
    whenQuotaIsGone: "stop",
    signs: { lastMs: undefined },
    halt: undefined,
    clock,
    emit: undefined,
  });
  const send = retry({ policy, clock, emit: undefined })(host.middleware(transport.send));
  return { clock, transport, gate, send };
}

describe("retries", () => {
  test("what passes is sent again, and the attempts are counted", async () => {
    const { clock, transport, send } = world([
      { status: 503 },
      { fails: "E_RESET", transient: true },
      {},
    ]);
    const call = createCall();
    const response = send(get, call);
    await clock.advance(1_000);
    expect((await response).status).toBe(200);
    expect(transport.asked).toHaveLength(3);
    expect(call.attempts).toBe(3);
    expect(call.heldMs).toBe(100 + 200);
  });

  test("a request that waits to be retried holds no place at the gate", async () => {
    const { clock, gate, send } = world([{ status: 503 }, {}]);
    const response = send(get, createCall());
    await clock.advance(50);
    expect(gate.inFlight).toBe(0);
    await clock.advance(1_000);
    await response;
  });

  test("the last answer is given when the attempts are used up", async () => {
    const { clock, transport, send } = world([{ status: 500 }], 2);
    const response = send(get, createCall());
    await clock.advance(10_000);
    expect((await response).status).toBe(500);
    expect(transport.asked).toHaveLength(3);
  });

  test("a 429 with Retry-After costs no attempt", async () => {
    const patience = { status: 429, headers: { "retry-after": "1" } };
    const { clock, transport, send } = world(
      [patience, patience, patience, { status: 500 }, {}],
      1,
    );
    const response = send(get, createCall());
    await clock.advance(10_000);
    expect((await response).status).toBe(200);
    expect(transport.asked).toHaveLength(5);
  });

  test("what may have had its effect is not sent again, and says so", async () => {
    const { transport, send } = world([{ fails: "E_RESET", transient: true }, {}]);
    const post = createRequest({ url: "http://a.example/", method: "POST", body: "x" });
    await expect(send(post, createCall())).rejects.toMatchObject({
      code: "E_UNKNOWN_EFFECT",
      cause: { code: "E_RESET" },
    });
    expect(transport.asked).toHaveLength(1);
  });

  test("a stop ends the wait, and no timer is left", async () => {
    const { clock, send } = world([{ status: 503 }]);
    const stop = new AbortController();
    const response = send(get, createCall(stop.signal));
    await clock.advance(1);
    stop.abort();
    await expect(response).rejects.toMatchObject({ code: "E_ABORTED" });
    expect(clock.pending).toBe(0);
  });

  test("where this machine had no descriptor left, it is told, and the wait costs no attempt", async () => {
    const clock = createManualClock();
    let told = 0;
    let asked = 0;
    const transport = createScriptedTransport([{}]);
    const next: Send = (request, call) => {
      asked += 1;
      const cause = Object.assign(new Error("full"), { code: "EMFILE" });
      const details = { request: get, cause, transient: true, unsent: true };
      if (asked <= 20) return Promise.reject(new Failure("E_CONNECT", "no socket", details));
      return transport.send(request, call);
    };
    const policy = createRetryPolicy({ retries: 1, maxRetryAfterMs: 0, random: () => 0.5 });
    const onShortage = (): void => void (told += 1);
    const send = retry({ policy, clock, emit: undefined, onShortage })(next);
    const response = send(get, createCall());
    await clock.advance(60_000);
    expect((await response).status).toBe(200);
    expect([asked, told]).toEqual([21, 20]);
  });
});
