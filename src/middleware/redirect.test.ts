import { describe, expect, test } from "vitest";

import { createCall } from "../core/call.ts";
import { type HeaderList, headerValue } from "../core/headers.ts";
import { createRequest, type RequestParts } from "../core/request.ts";
import { createScriptedTransport, type ScriptedAnswer } from "../transport/scripted.ts";
import { redirect } from "./redirect.ts";

const CREDENTIALS: HeaderList = [
  ["authorization", "Bearer secret"],
  ["cookie", "session=1"],
  ["x-api-key", "k"],
  ["proxy-authorization", "Basic x"],
  ["accept-language", "de"],
].flat();

function to(location: string, status = 302): ScriptedAnswer {
  return { status, headers: { location } };
}

function follow(parts: RequestParts, answers: readonly ScriptedAnswer[], maxRedirects = 10) {
  const transport = createScriptedTransport(answers);
  const send = redirect({ maxRedirects })(transport.send);
  return { transport, result: send(createRequest(parts), createCall()) };
}

describe("redirects", () => {
  test("relative targets are followed, and the answer tells the way", async () => {
    const { transport, result } = follow({ url: "http://a.example/x/y?z=1" }, [
      to("../b#part"),
      to("?c"),
      { body: "there", totalMs: 5 },
    ]);
    const response = await result;
    expect(response.url).toBe("http://a.example/b?c");
    expect(response.redirects).toEqual(["http://a.example/x/y?z=1", "http://a.example/b"]);
    expect(response.timing.totalMs).toBe(7);
    expect(transport.asked.map((one) => one.key)).toEqual(
      Array(3).fill("http://a.example/x/y?z=1"),
    );
  });

  test("a target in the bytes of UTF-8 is the address that a browser goes to", async () => {
    const { transport, result } = follow({ url: "http://a.example/" }, [
      to(Buffer.from("/Zoë?ö", "utf8").toString("latin1")),
      {},
    ]);
    await result;
    expect(transport.asked[1]!.url).toBe("http://a.example/Zo%C3%AB?%C3%B6");
  });

  test("within an origin credentials are kept", async () => {
    const { transport, result } = follow({ url: "http://a.example/", headers: CREDENTIALS }, [
      to("/b"),
      {},
    ]);
    await result;
    expect(headerValue(transport.asked[1]!.headers, "authorization")).toBe("Bearer secret");
  });

  test.each([
    ["another host", "http://b.example/"],
    ["another port", "http://a.example:8080/"],
    ["another scheme", "https://a.example/"],
    ["a host in disguise", "//b.example/"],
  ])("to %s no credential and no custom field goes, nor comes back", async (_case, location) => {
    const { transport, result } = follow({ url: "http://a.example/", headers: CREDENTIALS }, [
      to(location),
      to(location.startsWith("https") ? "https://a.example/back" : "http://a.example/back"),
      {},
    ]);
    await result;
    for (const asked of transport.asked.slice(1)) {
      expect(asked.headers).toEqual(["accept-language", "de"]);
    }
  });

  test("credentials that a server writes into the target are not sent", async () => {
    const { transport, result } = follow({ url: "http://a.example/" }, [
      to("http://user:pass@a.example/x"),
      {},
    ]);
    await result;
    expect(transport.asked[1]!.headers).toEqual([]);
    expect(transport.asked[1]!.url).toBe("http://a.example/x");
  });

  test("a body is not sent to another origin", async () => {
    const parts = { url: "http://a.example/", method: "POST", body: "secret" };
    const { transport, result } = follow(parts, [to("http://b.example/", 307), {}]);
    await expect(result).rejects.toMatchObject({ code: "E_REDIRECT" });
    expect(transport.asked).toHaveLength(1);
  });

  test.each([
    [301, "POST", "GET", undefined],
    [302, "POST", "GET", undefined],
    [303, "POST", "GET", undefined],
    [303, "PUT", "GET", undefined],
    [303, "HEAD", "HEAD", undefined],
    [307, "POST", "POST", "body"],
    [308, "PUT", "PUT", "body"],
    [302, "PUT", "PUT", "body"],
  ])("%i after %s asks with %s", async (status, method, then, body) => {
    const parts = {
      url: "http://a.example/",
      method,
      body: method === "HEAD" ? undefined : "body",
      headers: ["content-type", "text/plain", "accept", "x/y"],
    };
    const { transport, result } = follow(parts, [to("/b", status), {}]);
    await result;
    const second = transport.asked[1]!;
    expect([second.method, second.body]).toEqual([then, body]);
    expect(headerValue(second.headers, "content-type")).toBe(body && "text/plain");
  });

  test("https never falls back to http", async () => {
    const { transport, result } = follow({ url: "https://a.example/" }, [
      to("http://a.example/"),
      {},
    ]);
    await expect(result).rejects.toMatchObject({ code: "E_REDIRECT" });
    expect(transport.asked).toHaveLength(1);
  });

  test.each(["file:///etc/passwd", "data:text/plain,x", "ftp://a.example/", "javascript:alert(1)"])(
    "%s is not followed",
    async (location) => {
      const { result } = follow({ url: "http://a.example/" }, [to(location), {}]);
      await expect(result).rejects.toMatchObject({ code: "E_POLICY" });
    },
  );

  test("a loop ends at the limit", async () => {
    const { transport, result } = follow({ url: "http://a.example/" }, [to("/")], 10);
    await expect(result).rejects.toMatchObject({ code: "E_REDIRECT" });
    expect(transport.asked).toHaveLength(11);
  });

  test("a redirect without a target, and one that is not to be followed, are answers", async () => {
    const { result } = follow({ url: "http://a.example/" }, [{ status: 302 }]);
    expect((await result).status).toBe(302);
    const { result: unfollowed } = follow({ url: "http://a.example/" }, [to("/b")], 0);
    expect((await unfollowed).status).toBe(302);
  });
});
