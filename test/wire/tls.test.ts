import { beforeAll, describe, expect, test } from "vitest";

import { type Certificates, makeCertificates } from "./certificates.ts";
import { reply, startRawServer } from "./raw-server.ts";
import { openWire } from "./wire.ts";

let certificates: Certificates;
beforeAll(() => {
  certificates = makeCertificates();
});

const serve = (name: keyof Certificates) =>
  startRawServer((socket) => socket.write(reply(name)), { tls: certificates[name] });

describe("a certificate", () => {
  test("that is right is believed, and its handshake timed", async () => {
    await using server = await serve("good");
    await using wire = openWire();
    const { timing } = await wire.ask(`${server.origin}/`);
    expect(timing.tlsMs).toEqual(expect.any(Number));
    expect((await wire.ask(`${server.origin}/`)).timing).toMatchObject({
      tlsMs: null,
      reused: true,
    });
  });

  test.each([
    ["expired", /expired/],
    ["otherHost", /localhost.*other\.example/s],
    ["selfSigned", /self.signed certificate \(CN=/],
  ] as const)("that is %s is refused for good, in words that say so", async (name, words) => {
    await using server = await serve(name);
    await using wire = openWire();
    const failure = await wire.fail(`${server.origin}/`);
    expect(failure).toMatchObject({ code: "E_TLS", transient: false, unsent: false });
    expect(failure.message).toMatch(words);
    expect(failure.message).toContain(`localhost:${server.port}`);
    expect(server.requests).toEqual([]);
  });

  test.each(["expired", "otherHost", "selfSigned"] as const)(
    "that is %s is believed of the one host that the user exempts",
    async (name) => {
      await using exempt = await serve(name);
      await using other = await serve(name);
      await using wire = openWire({ insecureHosts: [`LOCALHOST:${exempt.port}`] });
      expect((await wire.ask(`${exempt.origin}/`)).text()).toBe(name);
      expect((await wire.fail(`${other.origin}/`)).code).toBe("E_TLS");
      // Neither its TLS session nor its connection makes another trusted.
      expect((await wire.ask(`${exempt.origin}/`)).timing.reused).toBe(true);
      expect((await wire.fail(`${other.origin}/`)).code).toBe("E_TLS");
    },
  );

  test("is exempted by the host's name for all of its ports", async () => {
    await using server = await serve("selfSigned");
    await using wire = openWire({ insecureHosts: ["localhost"] });
    expect((await wire.ask(`${server.origin}/`)).status).toBe(200);
    expect((await wire.fail(`https://127.0.0.1:${server.port}/`)).code).toBe("E_TLS");
  });

  test("that a session without exemption refused is not believed after one with", async () => {
    await using server = await serve("selfSigned");
    await using lax = openWire({ insecureHosts: ["localhost"] });
    await lax.ask(`${server.origin}/`);
    await using strict = openWire();
    expect((await strict.fail(`${server.origin}/`)).code).toBe("E_TLS");
  });
});

describe("a handshake", () => {
  test("of versions that do not meet is refused for good", async () => {
    await using server = await startRawServer("", {
      tls: {
        ...certificates.good,
        minVersion: "TLSv1",
        maxVersion: "TLSv1.1",
        ciphers: "ALL:@SECLEVEL=0",
      },
    });
    await using wire = openWire();
    expect(await wire.fail(`${server.origin}/`)).toMatchObject({ code: "E_TLS", transient: false });
  });

  test("with a server that speaks plain HTTP is refused for good", async () => {
    await using server = await startRawServer("", {
      onConnection: (socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n"),
    });
    await using wire = openWire();
    const failure = await wire.fail(`https://127.0.0.1:${server.port}/`);
    expect(failure).toMatchObject({ code: "E_TLS", transient: false });
  });

  test("that the server cuts may succeed another time", async () => {
    await using server = await startRawServer("", {
      onConnection: (socket) => socket.resetAndDestroy(),
    });
    await using wire = openWire();
    const failure = await wire.fail(`https://127.0.0.1:${server.port}/`);
    expect(failure).toMatchObject({ code: "E_CONNECT", transient: true, unsent: true });
  });
});
