import { describe, expect, test } from "vitest";

import { createCall } from "../core/call.ts";
import { sleep } from "../core/clock.ts";
import { createHalt } from "../core/halt.ts";
import { outcomeOfError } from "../core/outcome.ts";
import { createRequest } from "../core/request.ts";
import { compose } from "../core/send.ts";
import type { Document } from "../formats/document.ts";
import { createRetryPolicy } from "../policy/retry-policy.ts";
import { createManualClock } from "../transport/manual-clock.ts";
import { createScriptedTransport, type ScriptedAnswer } from "../transport/scripted.ts";
import { accept } from "./accept.ts";
import { answerRules } from "./answer-rules.ts";
import { compileRule, type RuleText } from "./compile-rule.ts";
import { redirect } from "./redirect.ts";
import { retry } from "./retry.ts";

const get = createRequest({ url: "https://api.example/x" });
const isOk = (status: number) => status >= 200 && status < 300;
const json = (value: unknown, more: object = {}) => ({ body: JSON.stringify(value), ...more });
const limited = json({ status: "OVER_QUERY_LIMIT" });
const fine = json({ status: "OK" });

async function world(rules: readonly RuleText[], answers: readonly ScriptedAnswer[], retries = 4) {
  const clock = createManualClock();
  const halt = createHalt();
  const transport = createScriptedTransport(answers);
  const compiled = await Promise.all(rules.map(compileRule));
  const layers = answerRules(compiled, { accept: isOk, halt });
  const policy = createRetryPolicy({ retries, maxRetryAfterMs: 600_000, random: () => 0.5 });
  const seen: number[] = [];
  const send = compose(
    transport.send,
    accept(isOk),
    layers.end,
    retry({ policy, clock, emit: undefined }),
    layers.obey,
    redirect({ maxRedirects: 3 }),
    // What a host's gate would see.
    (next) => (request, call) =>
      next(request, call).then((response) => {
        seen.push(response.status);
        return response;
      }),
    layers.refuse,
  );
  return { clock, halt, transport, send, seen };
}

test("hold: the host's gate sees a refusal, the wait is as long as the rule says, and it costs no attempt", async () => {
  const rule: RuleText = { when: "status=='OVER_QUERY_LIMIT'", then: "hold", holdMs: 2_000 };
  const { clock, transport, send, seen } = await world(
    [rule],
    [limited, limited, limited, fine],
    1,
  );
  const call = createCall();
  const answer = send(get, call);
  await clock.advance(5_999);
  expect(transport.asked).toHaveLength(3);
  await clock.advance(1);
  expect((await answer).json()).toEqual({ status: "OK" });
  expect(seen).toEqual([429, 429, 429, 200]);
  expect(call.heldMs).toBe(6_000);
});

test("hold: the answer's own Retry-After comes first", async () => {
  const rule: RuleText = { when: "status=='OVER_QUERY_LIMIT'", then: "hold", holdMs: 2_000 };
  const patient = { ...limited, headers: { "retry-after": "30" } };
  const { clock, transport, send } = await world([rule], [patient, fine]);
  const answer = send(get, createCall());
  await clock.advance(29_000);
  expect(transport.asked).toHaveLength(1);
  await clock.advance(2_000);
  expect((await answer).ok).toBe(true);
});

test("hold: what is refused to the last is the rule's failure, with the answer as it came", async () => {
  const rule: RuleText = { when: "status=='OVER_QUERY_LIMIT'", then: "hold" };
  const hop = { status: 302, headers: { location: "/y" } };
  const { clock, send } = await world([rule], [hop, limited], 0);
  const answer = send(get, createCall()).catch((error: unknown) => error);
  await clock.advance(1);
  expect(await answer).toMatchObject({
    code: "E_RULE",
    message: "the answer meets hold when status=='OVER_QUERY_LIMIT'",
    response: { status: 200 },
  });
});

test("hold: every rule is asked of each answer once, and one behind it is obeyed all the same", async () => {
  let asked = 0;
  const counting = { text: "x", then: "fail", holds: () => (asked += 1) > 2 } as const;
  const hold = await compileRule({ when: "status=='OVER_QUERY_LIMIT'", then: "hold" });
  const layers = answerRules([hold, counting], { accept: isOk });
  const transport = createScriptedTransport([fine]);
  const send = compose(transport.send, layers.end, layers.obey, layers.refuse);
  await send(get, createCall());
  await send(get, createCall());
  await expect(send(get, createCall())).rejects.toMatchObject({ code: "E_RULE" });
  expect(asked).toBe(3);
});

describe("verdicts", () => {
  test("retry costs attempts and ends with the rule's failure", async () => {
    const { clock, transport, send } = await world(
      [{ when: "status!='OK'", then: "retry" }],
      [limited],
      2,
    );
    const answer = send(get, createCall()).catch((error: unknown) => error);
    await sleepThrough(clock);
    expect(await answer).toMatchObject({ code: "E_RULE", transient: true });
    expect(transport.asked).toHaveLength(3);
  });

  test.each([
    ["fail", "failed", undefined],
    ["skip", "skipped", "skip"],
    ["quarantine", "failed", "quarantine"],
  ] as const)("%s makes the row %s, asked once", async (then, kind, ruling) => {
    const { transport, send } = await world([{ when: "status!='OK'", then }], [limited]);
    const call = createCall();
    const outcome = await send(get, call).catch((error: unknown) =>
      outcomeOfError(get, call, error),
    );
    expect(outcome).toMatchObject({
      kind,
      failure: { code: "E_RULE", ruling, response: { status: 200 } },
    });
    expect(transport.asked).toHaveLength(1);
  });

  test("stop stops the run, and the row is still owed", async () => {
    const { halt, send } = await world([{ when: "status!='OK'", then: "stop" }], [limited]);
    await expect(send(get, createCall())).rejects.toMatchObject({ code: "E_ABORTED" });
    expect(halt.cause).toEqual({
      reason: "rule",
      host: "https://api.example",
      text: "stop when status!='OK'",
    });
  });

  test("the first rule that speaks of an answer decides", async () => {
    const rules: RuleText[] = [
      { when: "status=='ZERO_RESULTS'", then: "skip" },
      { when: "status!='OK'", then: "fail" },
    ];
    const { send } = await world(rules, [json({ status: "ZERO_RESULTS" }), limited]);
    await expect(send(get, createCall())).rejects.toMatchObject({ ruling: "skip" });
    await expect(send(get, createCall())).rejects.toMatchObject({ ruling: undefined });
  });
});

describe("conditions", () => {
  const html = { headers: { "content-type": "text/html; charset=utf-8" }, body: "<form id=login>" };

  test.each<readonly [RuleText["when"], ScriptedAnswer, boolean]>([
    [{ status: "404,5xx" }, { status: 404 }, true],
    [{ status: "404,5xx" }, { status: 410 }, false],
    [{ headers: { "Content-Type": "text/html*" } }, html, true],
    [{ headers: { "content-type": "text/html" } }, html, false],
    [{ headers: { "content-type": "*UTF-8" } }, html, true],
    [{ headers: { "content-type": "t*t*/*l*" } }, html, true],
    [{ headers: { "content-type": "*x*x*x*" } }, html, false],
    [{ headers: { "x-none": "*" } }, html, false],
    [{ bytes: { below: 16 } }, html, true],
    [{ bytes: { above: 15 } }, html, false],
    [{ bytes: { above: 14, below: 16 }, headers: { "content-type": "*html*" } }, html, true],
    [{ body: "css:#login" }, { body: "<form id=login>Name" }, true],
    ["css:#none", html, false],
    [{ status: "404", body: "code==`7`" }, { status: 404, body: '{"code":7}' }, true],
    [{ status: "404", body: "code==`7`" }, { status: 404, body: '{"code":8}' }, false],
    // A body is asked only of answers that are accepted.
    ["code==`7`", { status: 404, body: '{"code":7}' }, false],
  ])("%o of %o: %s", async (when, answer, isMeant) => {
    const { send } = await world([{ when, then: "quarantine" }], [answer], 0);
    const end = await send(get, createCall()).catch((error: unknown) => error);
    expect((end as { ruling?: string }).ruling === "quarantine").toBe(isMeant);
  });

  test("a function may ask instead of an expression, after all else holds", async () => {
    const asked: unknown[] = [];
    const select = (document: Document): unknown => asked.push(document.json()) > 1;
    const rule = await compileRule({
      when: { status: "2xx" },
      asked: { text: "mine", select },
      then: "fail",
    });
    const layers = answerRules([rule], { accept: isOk });
    const send = layers.obey(createScriptedTransport([{ status: 404 }, fine, fine]).send);
    await send(get, createCall());
    await send(get, createCall());
    await expect(send(get, createCall())).rejects.toMatchObject({ code: "E_RULE" });
    expect(asked).toEqual([{ status: "OK" }, { status: "OK" }]);
  });

  test("a rule that does not say when, or not so that it can be read, is refused", async () => {
    await expect(compileRule({ when: {}, then: "fail" })).rejects.toThrow("does not say when");
    await expect(compileRule({ when: { status: "many" }, then: "fail" })).rejects.toThrow(
      "is not a status",
    );
    await expect(compileRule({ when: "a b", then: "fail" })).rejects.toThrow("a b");
  });

  test("a body that a rule cannot read is E_PARSE, held or not", async () => {
    for (const then of ["hold", "fail"] as const) {
      const { send } = await world([{ when: "a.b", then }], [{ body: "<p>" }]);
      await expect(send(get, createCall())).rejects.toMatchObject({ code: "E_PARSE" });
    }
  });

  test("a drift is met by the answers that are new, not by those that are usual", async () => {
    const { send } = await world(
      [{ when: { drift: true }, then: "quarantine" }],
      [
        ...Array.from({ length: 400 }, (_, id) => json({ id, name: `n${id}`, list: [1] })),
        ...Array.from({ length: 60 }, () => json({ id: 1, name: "n", list: [] })),
        json({ id: 7, name: "n7", list: [1] }),
      ],
    );
    const ends: unknown[] = [];
    for (let row = 0; row < 461; row += 1) {
      const end = await send(get, createCall()).catch((error: unknown) => error);
      ends.push((end as { ruling?: string }).ruling);
    }
    expect(ends.slice(0, 400).filter((ruling) => ruling !== undefined)).toEqual([]);
    expect(ends.slice(440, 460)).toEqual(Array(20).fill("quarantine"));
    expect(ends.at(-1)).toBeUndefined();
  });
});

async function sleepThrough(clock: ReturnType<typeof createManualClock>): Promise<void> {
  void sleep(clock, 60_000);
  await clock.advance(60_000);
}
