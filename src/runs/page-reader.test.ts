import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";

import { createCall } from "../core/call.ts";
import { createRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import { UsageError } from "../core/usage-error.ts";
import { openPageReader } from "./page-reader.ts";

const PAGE = {
  bytes: Buffer.from('<title>Home</title><a href="/one.html">One</a>'),
  contentType: "text/html",
  url: "http://a.example/",
};

test("a page is answered once it can be read, and what is needed later is loaded with the next one", async () => {
  const loaded: string[] = [];
  const reader = await openPageReader({}, async () => {
    loaded.push("later");
    throw new Error("a failure that is heard of by whoever needs it");
  });
  const answers: PromiseWithResolvers<HttpResponse>[] = [];
  const send = reader.middleware(() => {
    const answer = Promise.withResolvers<HttpResponse>();
    answers.push(answer);
    return answer.promise;
  });
  const get = (path: string): Promise<HttpResponse> =>
    send(createRequest({ url: `http://a.example${path}` }), createCall());
  const response = { status: 200 } as HttpResponse;

  void get("/robots.txt");
  answers[0]!.resolve(response);
  expect(() => reader.find(PAGE)).toThrow(TypeError);

  const first = get("/");
  answers[1]!.resolve(response);
  expect(await first).toBe(response);
  expect(reader.find(PAGE)).toMatchObject([{ url: "http://a.example/one.html", title: "One" }]);
  expect(reader.title(PAGE)).toBe("Home");
  expect(loaded).toEqual([]);

  const others = [get("/one.html"), get("/two.html")];
  expect(loaded).toEqual([]);
  while (loaded.length === 0) await turn();
  for (const answer of answers) answer.resolve(response);
  expect(await Promise.all(others)).toEqual([response, response]);
  expect(loaded).toEqual(["later"]);
});

test("a page that is not answered fails as it did", async () => {
  const reader = await openPageReader({}, async () => {});
  const failure = new Error("no answer");
  const send = reader.middleware(() => Promise.reject(failure));
  await expect(send(createRequest({ url: "http://a.example/" }), createCall())).rejects.toBe(
    failure,
  );
});

test("a selector that is none is told before anything is sent", async () => {
  await expect(openPageReader({ follow: "a[" }, async () => {})).rejects.toThrow(UsageError);
});
