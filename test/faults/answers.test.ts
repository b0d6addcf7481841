import { expect, test } from "vitest";

import { createCall } from "../../src/core/call.ts";
import { sleep } from "../../src/core/clock.ts";
import { createHalt } from "../../src/core/halt.ts";
import { headerValue } from "../../src/core/headers.ts";
import type { Answered } from "../../src/core/outcome.ts";
import { createRequest, type HttpRequest, type RequestParts } from "../../src/core/request.ts";
import { HttpResponse } from "../../src/core/response.ts";
import { openSession } from "../../src/engine/session.ts";
import { stringifyJson } from "../../src/formats/json.ts";
import { compileSelector } from "../../src/formats/selector.ts";
import { extractPicks } from "../../src/jobs/extract-picks.ts";
import { createAuth } from "../../src/middleware/auth.ts";
import { compileRule, type RuleText } from "../../src/middleware/compile-rule.ts";
import { createManualClock } from "../../src/transport/manual-clock.ts";
import { createScriptedTransport } from "../../src/transport/scripted.ts";

const URL = "https://api.example/x";
type Answers = Parameters<typeof createScriptedTransport>[0];

/** A session over a script, in virtual time, with the middleware that every run has. */
async function world(answers: Answers, rules: readonly RuleText[] = []) {
  const clock = createManualClock(1_000_000);
  const transport = createScriptedTransport(answers);
  const halt = createHalt();
  const compiled = await Promise.all(rules.map(compileRule));
  const session = openSession({}, { clock, transport, halt, rules: compiled, random: () => 0.5 });
  /** Asks until it has ended, however long that takes. */
  const ask = async (parts: Partial<RequestParts> = {}) => {
    const request = createRequest({ url: URL, ...parts });
    const call = createCall();
    let end: unknown;
    void session.send(request, call).then(
      (response) => (end = response),
      (error: unknown) => (end = error),
    );
    for (let step = 0; step < 10_000 && end === undefined; step += 1) await clock.advance(50);
    return end;
  };
  return { clock, transport, halt, session, ask };
}

function answered(body: string | Uint8Array, type = "application/json"): Answered {
  const request = createRequest({ url: URL });
  const timing = {
    ...{ dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: 1, totalMs: 1, reused: true },
  };
  const response = new HttpResponse({
    url: URL,
    status: 200,
    headers: { "content-type": type },
    body: typeof body === "string" ? Buffer.from(body) : body,
    wireBytes: 0,
    protocol: "h2",
    timing,
  });
  return { kind: "answered", request, response, call: createCall() };
}

async function picked(outcome: Answered, expression = "a") {
  const selector = await compileSelector(expression);
  const extract = extractPicks({ picks: [{ name: "a", selector }], meta: "no meta" });
  const row = { number: 1, line: 1, columns: [], values: [] };
  const { outcome: end, record } = extract({ row, request: outcome.request }, outcome);
  return end.kind === "answered"
    ? stringifyJson(record.values[0])
    : (end as { failure: Error }).failure;
}

test("60 a token that ends in the middle of a run is renewed once, and whoever met it is asked again", async () => {
  const clock = createManualClock();
  let good = 1;
  const transport = createScriptedTransport(async (request) => {
    await sleep(clock, 20);
    return {
      status: headerValue(request.headers, "authorization") === `Bearer t${good}` ? 200 : 401,
    };
  });
  let fetched = 0;
  const auth = createAuth({
    credentials: { kind: "token", fetchToken: async () => ({ token: `t${(fetched += 1)}` }) },
    origins: ["https://api.example"],
    send: transport.send,
    clock,
  });
  const session = openSession(
    {},
    { clock, transport, beforeGates: [auth.renew], last: [auth.sign], random: () => 0.5 },
  );
  const outcomes = session.gather(Array.from({ length: 400 }, (_, row) => `${URL}?${row}`));
  await clock.advance(100);
  good = 2;
  await clock.advance(60_000);
  expect((await outcomes).filter(({ kind }) => kind !== "answered")).toEqual([]);
  expect(fetched).toBe(2);
});

test("60 a token that cannot be renewed stops the run and is asked for one time only", async () => {
  const clock = createManualClock();
  const halt = createHalt();
  const token = JSON.stringify({ error: "invalid_grant" });
  const transport = createScriptedTransport([
    { status: 400, body: token, headers: { "content-type": "application/json" } },
  ]);
  const refused: string[] = [];
  const auth = createAuth({
    credentials: {
      kind: "oauth2",
      tokenUrl: "https://login.example/",
      clientId: "a",
      refreshToken: "r",
    },
    origins: ["https://api.example"],
    send: transport.send,
    clock,
    onRefused(words) {
      refused.push(words);
      halt.halt({ reason: "rule", host: "https://api.example", text: words });
    },
  });
  const session = openSession(
    {},
    { clock, transport, halt, beforeGates: [auth.renew], last: [auth.sign] },
  );
  const outcomes = await session.gather(Array.from({ length: 40 }, (_, row) => `${URL}?${row}`));
  const codes = new Set(
    outcomes.map((end) => (end.kind === "answered" ? "answered" : end.failure.code)),
  );
  expect(codes).toEqual(new Set(["E_AUTH"]));
  expect(refused).toEqual(["the token was refused: invalid_grant (status 400)"]);
  expect(transport.asked).toHaveLength(1);
  expect(halt.signal.aborted).toBe(true);
});

test("61 an error in a 200 is asked again or stops the run where a rule says so, and is an answer without one", async () => {
  const over = { body: '{"status":"OVER_QUERY_LIMIT"}' };
  const fine = { body: '{"status":"OK"}' };
  const when = "status=='OVER_QUERY_LIMIT'";
  const without = await world([over]);
  expect(await without.ask()).toMatchObject({ status: 200 });
  const retried = await world([over, over, fine], [{ when, then: "retry" }]);
  expect(await retried.ask()).toMatchObject({ status: 200, bytes: 15 });
  const held = await world(
    [over, over, over, over, over, over, over, fine],
    [{ when, then: "hold", holdMs: 1_000 }],
  );
  expect(await held.ask()).toMatchObject({ status: 200, bytes: 15 });
  const stopped = await world([over], [{ when, then: "stop" }]);
  expect(await stopped.ask()).toMatchObject({ code: "E_ABORTED" });
  expect(stopped.halt.cause).toMatchObject({ reason: "rule" });
});

test("63 an HTML page in place of JSON fails its row as E_PARSE, and the page is kept", async () => {
  const page = "<!doctype html><title>Sign in to this network</title>";
  const failure = await picked(answered(page, "text/html"));
  expect(failure).toMatchObject({ code: "E_PARSE", message: expect.stringContaining("text/html") });
  expect((failure as unknown as { response: HttpResponse }).response.text()).toBe(page);
});

test.each<readonly [string, string | Uint8Array, string | undefined]>([
  ["cut short", '{"a":[1,2', undefined],
  ["invalid", "{'a':1}", undefined],
  ["not UTF-8", Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]), undefined],
  ["with a byte order mark", '\uFEFF{"a":1}', "1"],
  ["NaN", '{"a":NaN}', undefined],
  ["100,000 deep", `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`, undefined],
  ["with an id beyond 2^53", '{"a":9007199254740993}', "9007199254740993"],
  ["with two members of one name, of which the last counts", '{"a":1,"a":2}', "2"],
])("64 JSON that is %s is read exactly or fails its own row", async (_name, body, text) => {
  const end = await picked(answered(body));
  if (text === undefined) expect(end).toMatchObject({ code: "E_PARSE" });
  else expect(end).toBe(text);
});

test("65 a field that is missing or of another type is null or what it is, and fails where a rule says so", async () => {
  expect(await picked(answered('{"b":1}'))).toBe("null");
  expect(await picked(answered('{"a":"text"}'), "a.b")).toBe("null");
  expect(await picked(answered('{"a":{"b":[1]}}'))).toBe('{"b":[1]}');
  const { ask } = await world([{ body: '{"b":1}' }], [{ when: "!a", then: "fail" }]);
  expect(await ask()).toMatchObject({ code: "E_RULE" });
});

test("66 an empty 200 is an answer, unless a rule says otherwise or something is to be read from it", async () => {
  const plain = await world([{ body: "" }]);
  expect(await plain.ask()).toMatchObject({ status: 200, bytes: 0 });
  const ruled = await world(
    [{ body: "" }, { body: "{}" }],
    [{ when: { bytes: { below: 1 } }, then: "retry" }],
  );
  expect(await ruled.ask()).toMatchObject({ bytes: 2 });
  expect(await picked(answered(""))).toMatchObject({ code: "E_PARSE" });
});

test("74 a POST that ran out of time is not sent twice, but with an Idempotency-Key it is, with the same one", async () => {
  const slow = { fails: "E_TIMEOUT", transient: true } as const;
  const plain = await world([slow, {}]);
  expect(await plain.ask({ method: "POST", body: "x" })).toMatchObject({
    code: "E_UNKNOWN_EFFECT",
  });
  expect(plain.transport.asked).toHaveLength(1);
  const keyed = await world([slow, {}]);
  const headers = ["Idempotency-Key", "7f3c"];
  expect(await keyed.ask({ method: "POST", body: "x", headers })).toMatchObject({ status: 200 });
  const keys = keyed.transport.asked.map((request: HttpRequest) =>
    headerValue(request.headers, "idempotency-key"),
  );
  expect(keys).toEqual(["7f3c", "7f3c"]);
});
