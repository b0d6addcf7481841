import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { createCall } from "../core/call.ts";
import { type HeaderList, headerValue } from "../core/headers.ts";
import { createRequest } from "../core/request.ts";
import { createScriptedTransport, type Script } from "../transport/scripted.ts";
import { cookies, createCookieStore, type StoredCookie } from "./cookies.ts";
import { redirect } from "./redirect.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 21), toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** What a store sends to `url` after `from` set the fields. */
function sentTo(url: string, from: string, ...fields: readonly string[]): string {
  const store = createCookieStore();
  store.receive(from, fields);
  return field(store, url);
}

function field(store: ReturnType<typeof createCookieStore>, url: string): string {
  return store
    .cookiesFor(url)
    .map(({ name, value }) => `${name}=${value}`)
    .join("; ");
}

const kept = (cookie: Partial<StoredCookie>): StoredCookie => ({
  name: "n",
  value: "v",
  domain: "a.example.com",
  reach: "host",
  path: "/",
  secure: false,
  httpOnly: false,
  sameSite: undefined,
  expiresMs: undefined,
  ...cookie,
});

describe("a cookie", () => {
  test.each([
    ["goes back to its host", "http://a.example.com/", "http://a.example.com/", "n=v", "n=v"],
    [
      "goes to no other host of the site",
      "http://b.example.com/",
      "http://a.example.com/",
      "n=v",
      "",
    ],
    ["goes to no host below", "http://x.a.example.com/", "http://a.example.com/", "n=v", ""],
    [
      "of a domain goes to its hosts",
      "http://b.example.com/",
      "http://a.example.com/",
      "n=v; Domain=example.com",
      "n=v",
    ],
    [
      "of a domain with a dot, too",
      "http://b.example.com/",
      "http://a.example.com/",
      "n=v; Domain=.EXAMPLE.com",
      "n=v",
    ],
    [
      "of another site is not taken",
      "http://b.example.org/",
      "http://a.example.com/",
      "n=v; Domain=example.org",
      "",
    ],
    [
      "of a public suffix is not taken",
      "http://b.co.uk/",
      "http://a.co.uk/",
      "n=v; Domain=co.uk",
      "",
    ],
    [
      "of a shared host's suffix is not taken",
      "http://b.github.io/",
      "http://a.github.io/",
      "n=v; Domain=github.io",
      "",
    ],
    [
      "of a host that merely ends alike is not sent",
      "http://badexample.com/",
      "http://example.com/",
      "n=v; Domain=example.com",
      "",
    ],
    [
      "of an address goes to that address",
      "http://127.0.0.1:8080/",
      "http://127.0.0.1/",
      "n=v",
      "n=v",
    ],
    [
      "of an address is of no other",
      "http://127.0.0.2/",
      "http://127.0.0.1/",
      "n=v; Domain=0.0.1",
      "",
    ],
    ["of an IPv6 address goes to it", "http://[::1]/", "http://[::1]/", "n=v", "n=v"],
    [
      "that is secure goes over TLS alone",
      "http://a.example.com/",
      "https://a.example.com/",
      "n=v; Secure",
      "",
    ],
    [
      "that is secure is not taken from plain HTTP",
      "https://a.example.com/",
      "http://a.example.com/",
      "n=v; Secure",
      "",
    ],
    [
      "of a path goes below it alone",
      "http://a.example.com/other",
      "http://a.example.com/",
      "n=v; Path=/app",
      "",
    ],
    [
      "of a path goes below it",
      "http://a.example.com/app/x",
      "http://a.example.com/",
      "n=v; Path=/app",
      "n=v",
    ],
    [
      "that is over is not kept",
      "http://a.example.com/",
      "http://a.example.com/",
      "n=v; Max-Age=0",
      "",
    ],
    [
      "with a prefix that it breaks is not taken",
      "https://a.example.com/",
      "https://a.example.com/",
      "__Host-n=v; Secure; Path=/; Domain=example.com",
      "",
    ],
    [
      "keeps its bytes",
      "http://a.example.com/",
      "http://a.example.com/",
      'n="\u00c3\u00a9 =%0d%0a"',
      'n="\u00c3\u00a9 =%0d%0a"',
    ],
  ])("%s", (_fact, url, from, set, sent) => {
    expect(sentTo(url, from, set)).toBe(sent);
  });

  test.each([
    "n=a\u0000b",
    "n=a\rb",
    "n=a\nSet-Cookie: m=1",
    "n=a\u0001b",
    "n\u007f=a",
    "n=a\tb",
    "n=\u4f60",
  ])("with a character that could break a header is refused: %j", (set) => {
    expect(sentTo("http://a.example.com/", "http://a.example.com/", set)).toBe("");
  });

  test("that was set again has its new value, and one that is taken back is gone", () => {
    const store = createCookieStore();
    const url = "http://a.example.com/";
    store.receive(url, ["n=1", "m=1"]);
    store.receive(url, ["n=2", "m=; Expires=Thu, 01 Jan 1970 00:00:00 GMT"]);
    expect(field(store, url)).toBe("n=2");
    expect(store.all()).toHaveLength(1);
  });

  test("ends when its time is over", () => {
    const store = createCookieStore();
    const url = "http://a.example.com/";
    store.receive(url, ["n=1; Max-Age=60", "m=1"]);
    vi.setSystemTime(Date.now() + 61_000);
    expect(field(store, url)).toBe("m=1");
    expect(store.all().map(({ name }) => name)).toEqual(["m"]);
  });

  test("named like what objects inherit is a cookie and nothing else", () => {
    const store = createCookieStore();
    const url = "http://a.example.com/";
    store.receive(url, ["__proto__=x", "constructor=y; Path=/__proto__", "z=1; Domain=__proto__"]);
    store.add(kept({ domain: "__proto__", name: "polluted", path: "/__proto__" }));
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect(({} as Record<string, unknown>)["/__proto__"]).toBeUndefined();
    expect(field(store, url)).toBe("__proto__=x");
    expect(field(store, `${url}__proto__`)).toContain("constructor=y");
  });
});

describe("a store", () => {
  test("takes nothing that a site may not set", () => {
    const store = createCookieStore();
    store.receive("http://a.co.uk/", ["n=v; Domain=co.uk"]);
    store.receive("http://a.github.io/", ["n=v; Domain=github.io"]);
    store.receive("http://a.example.com/", ["n=v; Domain=b.example.com", "n=v; Domain=com"]);
    store.receive("http://a.example.com/", ["s=v; Secure"]);
    expect(store.all()).toEqual([]);
  });

  test("gives back all that it was given", () => {
    const all = [
      kept({}),
      kept({ name: "w", domain: "example.com", reach: "subdomains", path: "/p", secure: true }),
      kept({ name: "x", httpOnly: true, sameSite: "lax", expiresMs: Date.now() + 5_000 }),
    ];
    const store = createCookieStore();
    for (const cookie of all) store.add(cookie);
    expect(store.all()).toEqual(all);
    expect(store.all()).toEqual(all);
    expect(field(store, "https://b.example.com/p")).toBe("w=v");
  });

  test("takes no cookie that could not be sent", () => {
    for (const cookie of [
      { value: "a\r\nb" },
      { name: "a\u0000" },
      { name: "a=b" },
      { value: "a; b=c" },
    ]) {
      expect(() => createCookieStore().add(kept(cookie))).toThrow(TypeError);
    }
  });

  test("of one server that sets without end keeps the last 180 and those of others", () => {
    const store = createCookieStore();
    store.receive("http://other.example.org/", ["mine=1"]);
    for (let index = 0; index < 1_000; index += 1) {
      store.receive("http://a.example.com/", [`n${index}=v`]);
    }
    const names = store.all().map(({ name }) => name);
    expect(names).toHaveLength(181);
    expect(names).toContain("mine");
    expect(names).toContain("n999");
    expect(names).not.toContain("n819");
  });

  test("keeps no more than 10,000 of all servers", () => {
    const store = createCookieStore();
    for (let host = 0; host < 300; host += 1) {
      const fields = Array.from({ length: 40 }, (_, index) => `n${index}=v`);
      store.receive(`http://h${host}.example.com/`, fields);
    }
    expect(store.all()).toHaveLength(10_000);
    expect(field(store, "http://h299.example.com/")).toContain("n39=v");
    expect(field(store, "http://h0.example.com/")).toBe("");
  });

  test("reads no field of more than 4,096 characters", () => {
    const url = "http://a.example.com/";
    expect(sentTo(url, url, `n=${"v".repeat(4_096)}`)).toBe("");
  });
});

describe("the middleware", () => {
  function ask(script: Script, headers: HeaderList = []) {
    const transport = createScriptedTransport(script);
    const store = createCookieStore();
    const send = redirect({ maxRedirects: 5 })(cookies(store)(transport.send));
    const get = async (url: string): Promise<void> => {
      await send(createRequest({ url, headers, secretHeaders: [] }), createCall());
    };
    const sent = (): readonly (string | undefined)[] =>
      transport.asked.map((request) => headerValue(request.headers, "cookie"));
    return { get, sent, transport };
  }

  test("sends back what an answer set, marked as secret", async () => {
    const { get, sent, transport } = ask(() => ({ headers: { "set-cookie": "n=v" } }));
    await get("http://a.example.com/");
    await get("http://a.example.com/");
    expect(sent()).toEqual([undefined, "n=v"]);
    expect(transport.asked[1]!.secretHeaders).toContain("cookie");
  });

  test("keeps what each hop of a redirect set for the hop's own site, and crosses no site", async () => {
    const { get, sent } = ask(({ url }) => {
      const to: Record<string, string> = {
        "http://a.example.com/": "http://b.example.org/in",
        "http://b.example.org/in": "http://a.example.com/back",
      };
      const location = to[url];
      const name = new URL(url).hostname[0]!;
      return location === undefined
        ? {}
        : { status: 302, headers: { location, "set-cookie": `${name}=1; Path=/` } };
    });
    await get("http://a.example.com/");
    expect(sent()).toEqual([undefined, undefined, "a=1"]);
    await get("http://b.example.org/");
    expect(sent().at(-1)).toBe("b=1");
  });

  test("joins what the user gave, whose value of a name stands", async () => {
    const { get, sent } = ask(
      () => ({ headers: { "set-cookie": "session=theirs" } }),
      [...["Cookie", "session=mine; a=1"], ...["cookie", "b=2"]],
    );
    await get("http://a.example.com/");
    await get("http://a.example.com/");
    expect(sent()[1]).toBe("session=mine; a=1; b=2");
  });

  test("sends no Cookie field longer than servers take", async () => {
    const { get, sent } = ask(({ url }) => ({
      headers: { "set-cookie": `n${new URL(url).search.slice(1)}=${"v".repeat(1_000)}; Path=/` },
    }));
    for (let index = 0; index < 20; index += 1) await get(`http://a.example.com/?${index}`);
    expect(sent().at(-1)!.length).toBeLessThanOrEqual(8_190);
    expect(sent().at(-1)!.length).toBeGreaterThan(7_000);
  });
});
