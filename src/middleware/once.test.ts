import { describe, expect, test } from "vitest";

import { createCall } from "../core/call.ts";
import { createRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import type { Send } from "../core/send.ts";
import { createScriptedTransport } from "../transport/scripted.ts";
import type { StoredAnswer } from "./answer-store.ts";
import type { Archive } from "./archive.ts";
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

  test("one that comes while the first is on its way down asks by itself", async () => {
    const transport = createScriptedTransport([{ body: "here" }]);
    const during: Promise<HttpResponse>[] = [];
    const send: Send = once()((request, call) => {
      if (during.length === 0) during.push(send(request, createCall()));
      return transport.send(request, call);
    });
    expect((await send(get("/x"), createCall())).text()).toBe("here");
    expect((await during[0]!).text()).toBe("here");
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

describe("with an archive", () => {
  /** An archive that keeps in a map, and how it is asked. */
  function createMapArchive(find?: () => Promise<StoredAnswer | undefined>) {
    const kept = new Map<string, StoredAnswer>();
    const hashes = new Set<string>();
    let finds = 0;
    const archive: Archive = {
      mayHave: (high, low) => hashes.has(`${high} ${low}`),
      find: async (question) => {
        finds += 1;
        const known = kept.get(question);
        return find === undefined ? known : find();
      },
      keep: (question, high, low, answer) => {
        hashes.add(`${high} ${low}`);
        kept.set(question, { ...answer, bytes: Buffer.from(answer.bytes) });
      },
    };
    return { archive, kept, finds: () => finds };
  }
  const seed = [3, 4] as const;

  test("what an earlier run asked is not asked again, and tells that it is a duplicate", async () => {
    const transport = createScriptedTransport((request) => ({
      status: 404,
      headers: { "content-type": "text/plain" },
      body: request.target,
    }));
    const { archive } = createMapArchive();
    await once({ archive, seed })(transport.send)(get("/x", ["x-key", "1"]), createCall());
    const send = once({ archive, seed })(transport.send);
    const calls = [createCall(), createCall()];
    const both = calls.map((call) => send(get("/x", ["x-key", "1"]), call));
    for (const response of await Promise.all(both)) {
      expect([response.status, response.header("content-type"), response.text()]).toEqual([
        404,
        "text/plain",
        "/x",
      ]);
    }
    expect(calls.map((call) => [call.duplicate, call.requests])).toEqual([
      [true, 0],
      [true, 0],
    ]);
    expect(transport.asked).toHaveLength(1);
  });

  test("what memory forgot is found there, and kept once", async () => {
    const transport = createScriptedTransport((request) => ({ body: request.target }));
    const { archive, kept, finds } = createMapArchive();
    const counts = new Map<string, number>();
    const counting: Archive = {
      ...archive,
      keep: (question, high, low, answer) => {
        counts.set(question, (counts.get(question) ?? 0) + 1);
        archive.keep(question, high, low, answer);
      },
    };
    const send = once({ archive: counting, seed, mostAnswers: 4 })(transport.send);
    for (let round = 0; round < 3; round += 1) {
      for (let index = 0; index < 9; index += 1) {
        expect((await send(get(`/${index}`), createCall())).text()).toBe(`/${index}`);
      }
    }
    expect(transport.asked).toHaveLength(9);
    expect([kept.size, finds()]).toEqual([9, 18]);
    expect([...counts.values()]).toEqual(Array.from({ length: 9 }, () => 1));
  });

  test("one that began empty is not asked before memory has forgotten something", async () => {
    const transport = createScriptedTransport((request) => ({ body: request.target }));
    const { archive, finds } = createMapArchive();
    let looks = 0;
    const began: Archive = {
      ...archive,
      began: "empty",
      mayHave: (high, low) => {
        looks += 1;
        return archive.mayHave(high, low);
      },
    };
    const send = once({ archive: began, seed, mostAnswers: 4 })(transport.send);
    const ask = async (index: number): Promise<string> =>
      (await send(get(`/${index}`), createCall())).text();
    for (let index = 0; index < 4; index += 1) await ask(index);
    expect(looks).toBe(0);
    for (let index = 4; index < 9; index += 1) await ask(index);
    expect([await ask(0), await ask(1)]).toEqual(["/0", "/1"]);
    expect([looks, finds(), transport.asked.length]).toEqual([7, 2, 9]);
  });

  test("those who ask while it searches share the search, and others go on", async () => {
    const searched = Promise.withResolvers<StoredAnswer>();
    const transport = createScriptedTransport((request) => ({ body: request.target }));
    const { archive, finds } = createMapArchive(() => searched.promise);
    await once({ archive, seed })(transport.send)(get("/x"), createCall());
    const send = once({ archive, seed })(transport.send);
    const waiting = [send(get("/x"), createCall()), send(get("/x"), createCall())];
    expect((await send(get("/other"), createCall())).text()).toBe("/other");
    searched.resolve({ status: 200, contentType: undefined, bytes: Buffer.from("found") });
    expect((await Promise.all(waiting)).map((response) => response.text())).toEqual([
      "found",
      "found",
    ]);
    expect(finds()).toBe(1);
    expect(transport.asked.map((request) => request.target)).toEqual(["/x", "/other"]);
  });

  test.each([
    ["that cannot be read", () => Promise.reject(new Error("no such file"))],
    ["that only seemed to have it", async () => undefined],
  ])("one %s costs one request", async (_what, find) => {
    const transport = createScriptedTransport([{ body: "asked" }]);
    const { archive } = createMapArchive(find);
    await once({ archive, seed })(transport.send)(get("/x"), createCall());
    const send = once({ archive, seed })(transport.send);
    const calls = [createCall(), createCall()];
    const [first] = await Promise.all(calls.map((call) => send(get("/x"), call)));
    expect(first!.text()).toBe("asked");
    expect(calls.map((call) => call.duplicate)).toEqual([false, true]);
    expect(transport.asked).toHaveLength(2);
  });

  test("a run with other headers finds nothing of the earlier one's", async () => {
    const transport = createScriptedTransport([{}]);
    const { archive } = createMapArchive();
    const ask = async (...headers: readonly string[]) => {
      await once({ archive, seed })(transport.send)(get("/x", headers), createCall());
      return transport.asked.length;
    };
    const counts = [
      await ask("x-user", "1"),
      await ask("x-user", "2"),
      await ask(),
      await ask("x-user", "2"),
    ];
    expect(counts).toEqual([1, 2, 3, 3]);
  });

  test("a row with other headers than its run's is not given what they were answered", async () => {
    const transport = createScriptedTransport([{}]);
    const { archive } = createMapArchive();
    const shared = ["x-user", "1"];
    await once({ archive, seed })(transport.send)(get("/x", shared), createCall());
    const send = once({ archive, seed })(transport.send);
    await send(get("/y", shared), createCall());
    await send(get("/x", ["x-user", "2"]), createCall());
    expect(transport.asked).toHaveLength(3);
  });

  test("only what its URL says all about, and is small, is kept or looked for", async () => {
    const transport = createScriptedTransport((request) =>
      request.target === "/reset"
        ? { fails: "E_RESET" }
        : { body: "x".repeat(Number(request.target.slice(1)) || 1) },
    );
    const { archive, kept } = createMapArchive();
    const send = once({ archive, seed })(transport.send);
    await send(get("/65536"), createCall());
    await send(get("/65537"), createCall());
    await send(get("/1", ["x-user", "2"]), createCall());
    await expect(send(get("/reset"), createCall())).rejects.toMatchObject({ code: "E_RESET" });
    const url = "http://a.example/";
    await send(createRequest({ url, method: "QUERY", body: "2" }), createCall());
    await send(createRequest({ url, method: "POST" }), createCall());
    await send(createRequest({ url, method: "HEAD" }), createCall());
    expect([...kept.keys()]).toEqual(["http://a.example/65536", "HEAD http://a.example/"]);
  });

  test("without its seed it is refused, for nothing would be found in it", () => {
    expect(() => once({ archive: createMapArchive().archive })).toThrow(TypeError);
  });
});
