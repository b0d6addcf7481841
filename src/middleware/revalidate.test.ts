import { expect, test } from "vitest";

import { createCall } from "../core/call.ts";
import type { EarlierAnswer } from "../core/earlier-answer.ts";
import { createRequest } from "../core/request.ts";
import { createScriptedTransport, type Script } from "../transport/scripted.ts";
import { revalidate } from "./revalidate.ts";

const URL_ASKED = "http://a.example/x";

function earlier(parts: Partial<EarlierAnswer> = {}): EarlierAnswer {
  return {
    url: URL_ASKED,
    status: 200,
    headers: { etag: '"1"', "content-type": "text/html" },
    validators: { etag: '"1"' },
    body: async () => Buffer.from("as it was"),
    ...parts,
  };
}

async function ask(script: Script, known: EarlierAnswer | undefined, headers: string[] = []) {
  const transport = createScriptedTransport(script);
  const call = createCall();
  call.earlier = known;
  const request = createRequest({ url: URL_ASKED, headers });
  const response = await revalidate(transport.send)(request, call);
  return { response, asked: transport.asked.map((one) => one.headers) };
}

const unchanged: Script = ({ headers }) =>
  headers.includes("if-none-match")
    ? { status: 304, headers: { date: "now", "content-type": "text/evil" } }
    : { body: "anew" };

test("a 304 gives the earlier answer with what it says anew", async () => {
  const { response, asked } = await ask(unchanged, earlier());
  expect(response.status).toBe(200);
  expect(response.text()).toBe("as it was");
  expect(response.headers).toEqual({ etag: '"1"', "content-type": "text/html", date: "now" });
  expect(asked).toEqual([["if-none-match", '"1"']]);
});

test("what has changed is the new answer", async () => {
  const { response, asked } = await ask(() => ({ body: "other" }), earlier());
  expect(response.text()).toBe("other");
  expect(asked).toHaveLength(1);
});

test("an earlier body that is not what it was is asked for again, without a condition", async () => {
  const { response, asked } = await ask(unchanged, earlier({ body: async () => undefined }));
  expect(response.text()).toBe("anew");
  expect(asked).toEqual([["if-none-match", '"1"'], []]);
});

test("a 304 that names another answer is not taken for this one", async () => {
  const { response, asked } = await ask(
    ({ headers }) =>
      headers.length > 0 ? { status: 304, headers: { etag: '"2"' } } : { body: "anew" },
    earlier(),
  );
  expect(response.text()).toBe("anew");
  expect(asked).toHaveLength(2);
});

test("a 304 to whoever set no condition stays a 304", async () => {
  const { response } = await ask(() => ({ status: 304 }), undefined);
  expect(response.status).toBe(304);
});

test.each([
  ["of another URL", earlier({ url: "http://a.example/y" }), []],
  ["under a condition of the user's", earlier(), ["If-None-Match", '"mine"']],
  ["of a part", earlier(), ["Range", "bytes=0-1"]],
])("a question %s is asked as it is", async (_what, known, headers) => {
  const { asked } = await ask(() => ({ status: 304 }), known, headers);
  expect(asked).toEqual([headers]);
});
