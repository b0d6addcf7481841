import { connect, type Socket } from "node:net";

import { beforeAll, describe, expect, test } from "vitest";

import { type Certificates, makeCertificates } from "./certificates.ts";
import { type RawServer, reply, startRawServer } from "./raw-server.ts";
import { openWire } from "./wire.ts";

let certificates: Certificates;
beforeAll(() => {
  certificates = makeCertificates();
});

const ESTABLISHED = "HTTP/1.1 200 Connection established\r\n\r\n";
/** `user:secret` */
const CREDENTIALS = "Basic dXNlcjpzZWNyZXQ=";

/** A proxy of the test's own: tunnels what is asked of it by CONNECT, answers other requests itself. */
function startProxy(answer: (head: string) => string | undefined = () => undefined) {
  const tunnel = (socket: Socket, head: string): void => {
    const [host, port] = head.split(" ")[1]!.split(":");
    socket.removeAllListeners("data");
    const server = connect(Number(port), host, () => {
      socket.write(ESTABLISHED);
      socket.pipe(server).pipe(socket);
    });
    server.on("error", () => socket.destroy());
    socket.once("close", () => server.destroy());
  };
  return startRawServer((socket, _count, head) => {
    const given = answer(head);
    if (given !== undefined) socket.write(given);
    else if (head.startsWith("CONNECT ")) tunnel(socket, head);
    else socket.write(reply(`through the proxy: ${head.split(" ")[1]}`));
  });
}

const through = (proxy: RawServer): string => `http://user:secret@127.0.0.1:${proxy.port}`;

describe("through a proxy", () => {
  test("a plain request goes in absolute form, its own Host, and the proxy's credentials", async () => {
    await using proxy = await startProxy();
    await using wire = openWire({ proxy: through(proxy) });
    const url = "http://site.test:8080/a/b?c=d";
    const headers = ["x-a", "1", "X-A", "2"];
    const response = await wire.ask({ url, headers });
    expect(response.text()).toBe(`through the proxy: ${url}`);
    expect(response.url).toBe(url);
    expect(response.remoteAddress).toBeUndefined();
    const [head] = proxy.requests;
    expect(head).toMatch(/^GET http:\/\/site\.test:8080\/a\/b\?c=d HTTP\/1\.1\r\n/);
    expect(head).toMatch(/^host: site\.test:8080$/m);
    expect(head).toContain(`proxy-authorization: ${CREDENTIALS}`);
    expect(head).toMatch(/^x-a: 1\r\nX-A: 2$/m);
    expect((await wire.ask(url)).timing.reused).toBe(true);
    expect(proxy.connections).toBe(1);
  });

  test.each(["http/1.1", "h2"] as const)(
    "a secure request goes through a tunnel and shows the proxy nothing (%s offered)",
    async (offered) => {
      await using server = await startRawServer((socket) => socket.write(reply("inside")), {
        tls: { ...certificates.good, ALPNProtocols: ["http/1.1"] },
      });
      await using proxy = await startProxy();
      await using wire = openWire({ proxy: through(proxy), http2: offered === "h2" });
      const headers = ["authorization", "Bearer mine"];
      const first = await wire.ask({ url: `${server.origin}/path`, headers });
      expect([first.text(), first.timing.reused]).toEqual(["inside", false]);
      expect((await wire.ask(`${server.origin}/path`)).timing.reused).toBe(true);
      expect(proxy.requests).toHaveLength(1);
      expect(proxy.requests[0]).toMatch(/^CONNECT localhost:\d+ HTTP\/1\.1\r\n/);
      expect(proxy.requests[0]).toContain(`proxy-authorization: ${CREDENTIALS}`);
      expect(proxy.requests[0]).not.toContain("mine");
      expect(server.requests).toHaveLength(2);
      expect(server.requests.join()).not.toMatch(/proxy-/i);
    },
  );

  test("certificates are verified as without one", async () => {
    await using server = await startRawServer("", { tls: certificates.otherHost });
    await using proxy = await startProxy();
    await using wire = openWire({ proxy: through(proxy) });
    const failure = await wire.fail(`${server.origin}/`);
    expect(failure).toMatchObject({ code: "E_TLS", transient: false });
    expect(failure.message).toContain("other.example");
  });

  test("each origin has a tunnel and connections of its own", async () => {
    const answer = (name: string) =>
      startRawServer((socket) => socket.write(reply(name)), { tls: certificates.good });
    await using a = await answer("a");
    await using b = await answer("b");
    await using proxy = await startProxy();
    await using wire = openWire({ proxy: through(proxy) });
    const texts = await Promise.all([a, b, a, b].map(({ origin }) => wire.ask(`${origin}/`)));
    expect(texts.map((response) => response.text())).toEqual(["a", "b", "a", "b"]);
  });
});

/** The words of a failure never show the password. */
function expectNoSecret(failure: { readonly message: string; readonly cause?: unknown }): void {
  expect(`${failure.message} ${String(failure.cause)}`).not.toMatch(/secret|dXNlcjpzZWNyZXQ/);
}

describe("a proxy that", () => {
  const targets = ["http://site.test/", "https://site.test/"];

  test.each(targets)("wants other credentials is named, for good (%s)", async (url) => {
    await using proxy = await startProxy(
      () => "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n",
    );
    await using wire = openWire({ proxy: through(proxy) });
    const failure = await wire.fail(url);
    expect(failure).toMatchObject({ code: "E_PROXY", transient: false });
    expect(failure.message).toContain(`http://127.0.0.1:${proxy.port}`);
    expect(failure.message).toContain("407");
    expectNoSecret(failure);
  });

  test.each(targets)("is not there is named, and may be there another time (%s)", async (url) => {
    const proxy = await startProxy();
    await proxy[Symbol.asyncDispose]();
    await using wire = openWire({ proxy: through(proxy) });
    const failure = await wire.fail(url);
    expect(failure).toMatchObject({ code: "E_PROXY", transient: true, unsent: true });
    expect(failure.message).toContain(`http://127.0.0.1:${proxy.port}`);
    expectNoSecret(failure);
  });

  test.each([
    [403, false],
    [502, true],
    [503, true],
  ])("answers CONNECT with %i opens no tunnel", async (status, transient) => {
    await using proxy = await startProxy(
      () => `HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`,
    );
    await using wire = openWire({ proxy: through(proxy) });
    const failure = await wire.fail("https://site.test/");
    expect(failure).toMatchObject({ code: "E_PROXY", transient, unsent: transient });
    expect(failure.message).toContain(String(status));
    await expect.poll(() => proxy.open).toBe(0);
  });

  test("drops CONNECT is named", async () => {
    await using proxy = await startRawServer((socket) => socket.destroy());
    await using wire = openWire({ proxy: through(proxy) });
    expect(await wire.fail("https://site.test/")).toMatchObject({
      code: "E_PROXY",
      transient: true,
    });
  });

  test("never answers CONNECT is given up, and nothing stays open after closing", async () => {
    await using proxy = await startProxy(() => "");
    await using wire = openWire({ proxy: through(proxy), timeoutMs: 100 });
    expect((await wire.fail("https://site.test/")).code).toBe("E_TIMEOUT");
    await wire[Symbol.asyncDispose]();
    await expect.poll(() => proxy.open).toBe(0);
  });

  test("has no name that resolves is named, not the site", async () => {
    await using wire = openWire({
      proxy: "http://user:secret@proxy.test:3128",
      resolve: (_name, callback) =>
        setImmediate(callback, Object.assign(new Error("no"), { code: "ENOTFOUND" }), []),
    });
    const failure = await wire.fail("http://site.test/");
    expect(failure.code).toBe("E_PROXY");
    expect(failure.message).toContain("http://proxy.test:3128");
    expectNoSecret(failure);
  });
});
