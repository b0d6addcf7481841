import { describe, expect, test } from "vitest";

import { createCall } from "../core/call.ts";
import { createRequest } from "../core/request.ts";
import { createScriptedTransport } from "../transport/scripted.ts";
import { once } from "./once.ts";

const get = (target: string, headers: readonly string[] = []) =>
  createRequest({ url: `http://a.example${target}`, headers });

describe("equal questions", () => {
  test("are asked once, while the first is under way and after", async () => {
    const transport = createScriptedTransport((request) => ({ body: request.target }));
    const send = once()(transport.send);
    const calls = [createCall(), createCall(), createCall()];
    const [a, b] = await Promise.all([send(get("/x"), calls[0]!), send(get("/x"), calls[1]!)]);
    const c = await send(get("/x"), calls[2]!);
    expect([a.text(), b.text(), c.text()]).toEqual(["/x", "/x", "/x"]);
    expect(transport.asked).toHaveLength(1);
    expect(calls.map((call) => call.duplicate)).toEqual([false, true, true]);
  });

  test("share a failure too, each with its own word that it was a duplicate", async () => {
    const transport = createScriptedTransport([{ fails: "E_RESET" }]);
    const send = once()(transport.send);
    await expect(send(get("/x"), createCall())).rejects.toMatchObject({ code: "E_RESET" });
    const call = createCall();
    await expect(send(get("/x"), call)).rejects.toMatchObject({ code: "E_RESET" });
    expect(call.duplicate).toBe(true);
    expect(transport.asked).toHaveLength(1);
  });

  test("a question that was stopped is asked again", async () => {
    const transport = createScriptedTransport([{ fails: "E_ABORTED" }, { body: "now" }]);
    const send = once()(transport.send);
    await expect(send(get("/x"), createCall())).rejects.toMatchObject({ code: "E_ABORTED" });
    expect((await send(get("/x"), createCall())).text()).toBe("now");
  });

  test("other headers make another question", async () => {
    const transport = createScriptedTransport([{}]);
    const send = once()(transport.send);
    await send(get("/x", ["x-user", "1"]), createCall());
    await send(get("/x", ["x-user", "2"]), createCall());
    await send(get("/x", ["x-user", "1"]), createCall());
    expect(transport.asked).toHaveLength(2);
  });

  test("with an effect at the server are each asked", async () => {
    const transport = createScriptedTransport([{}]);
    const send = once()(transport.send);
    const post = () => createRequest({ url: "http://a.example/", method: "POST", body: "order" });
    await send(post(), createCall());
    await send(post(), createCall());
    expect(transport.asked).toHaveLength(2);
  });

  test("beyond its memory the oldest is forgotten and asked again", async () => {
    const transport = createScriptedTransport([{ body: "12345" }]);
    const send = once({ mostAnswers: 4, mostBytes: 1_000 })(transport.send);
    for (const target of ["/1", "/2", "/3", "/4", "/5"]) await send(get(target), createCall());
    await send(get("/5"), createCall());
    await send(get("/3"), createCall());
    expect(transport.asked).toHaveLength(5);
    await send(get("/1"), createCall());
    expect(transport.asked).toHaveLength(6);
  });

  test("bodies count against the memory whatever the headers of their questions", async () => {
    const transport = createScriptedTransport([{ body: "x".repeat(400) }]);
    const send = once({ mostAnswers: 1_000, mostBytes: 16_000 })(transport.send);
    for (let index = 0; index < 30; index += 1) {
      await send(get(`/${index}`, ["x-row", `${index}`]), createCall());
    }
    await send(get("/29", ["x-row", "29"]), createCall());
    expect(transport.asked).toHaveLength(30);
    await send(get("/5", ["x-row", "5"]), createCall());
    expect(transport.asked).toHaveLength(31);
  });

  test("however many others come between, one under way is not asked twice", async () => {
    const slow = Promise.withResolvers<void>();
    const transport = createScriptedTransport(async (request) => {
      if (request.target === "/slow") await slow.promise;
      return {};
    });
    const send = once({ mostAnswers: 4 })(transport.send);
    const first = send(get("/slow"), createCall());
    for (let index = 0; index < 50; index += 1) await send(get(`/${index}`), createCall());
    const second = send(get("/slow"), createCall());
    slow.resolve();
    await Promise.all([first, second]);
    expect(transport.asked.filter((request) => request.target === "/slow")).toHaveLength(1);
  });

  test("bodies count against the memory", async () => {
    const transport = createScriptedTransport([{ body: "x".repeat(400) }]);
    const send = once({ mostAnswers: 1_000, mostBytes: 8_000 })(transport.send);
    for (let index = 0; index < 30; index += 1) await send(get(`/${index}`), createCall());
    await send(get("/29"), createCall());
    expect(transport.asked).toHaveLength(30);
    await send(get("/0"), createCall());
    expect(transport.asked).toHaveLength(31);
  });
});
