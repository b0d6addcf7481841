import type { LookupAddress } from "node:dns";

import { beforeAll, describe, expect, test } from "vitest";

import { createCall } from "../../src/core/call.ts";
import { createRequest } from "../../src/core/request.ts";
import { redirect } from "../../src/middleware/redirect.ts";
import { scopeOfAddress, type ScopeOf } from "../../src/transport/address-policy.ts";
import type { Resolve } from "../../src/transport/dns-cache.ts";
import { type Certificates, makeCertificates } from "./certificates.ts";
import { type RawServer, reply, startRawServer } from "./raw-server.ts";
import { failureOf, openWire, type Wire } from "./wire.ts";

let certificates: Certificates;
beforeAll(() => {
  certificates = makeCertificates();
});

/** In these tests 127.0.0.2 is out on the internet; the rest of the loopback is what it is. */
const scopeOf: ScopeOf = (address) =>
  address === "127.0.0.2" ? "public" : scopeOfAddress(address);

const address = (text: string): LookupAddress => ({ address: text, family: 4 });

/** `public.test` is at 127.0.0.2, `private.test` at 127.0.0.1, `both.test` at both. */
const NAMES: Readonly<Record<string, LookupAddress[]>> = {
  "public.test": [address("127.0.0.2")],
  "private.test": [address("127.0.0.1")],
  "both.test": [address("127.0.0.2"), address("127.0.0.1")],
};
const resolve: Resolve = (name, callback) => {
  setImmediate(callback, null, NAMES[name] ?? []);
};

/** A server that redirects `/to/URL` to that URL and answers everything else. */
const start = (host: string): Promise<RawServer> =>
  startRawServer(
    (socket, _count, head) => {
      const target = /^GET \/to\/(\S+)/.exec(head)?.[1];
      if (target === undefined) socket.write(reply(`from ${host}`));
      else socket.write(reply("", [`location: ${decodeURIComponent(target)}`], "302 Found"));
    },
    { host },
  );

const open = (): Wire => openWire({ scopeOf, resolve });

function follow(wire: Wire, url: string, redirectsTo: "public" | "anywhere" = "public") {
  const send = redirect({ maxRedirects: 10, redirectsTo, scopeOf })((request) =>
    wire.send(request),
  );
  return send(createRequest({ url }), createCall());
}

const to = (origin: string, target: string): string => `${origin}/to/${encodeURIComponent(target)}`;

describe("a redirect from a public server", () => {
  test.each(["127.0.0.1", "private.test", "both.test", "[::ffff:127.0.0.1]", "localhost"])(
    "to %s is refused before anything connects",
    async (host) => {
      await using outside = await start("127.0.0.2");
      await using inside = await start("127.0.0.1");
      await using wire = open();
      const target = `http://${host}:${inside.port}/secret`;
      const failure = await failureOf(follow(wire, to(outside.origin, target)));
      expect(failure).toMatchObject({ code: "E_POLICY", transient: false, unsent: false });
      expect(failure.message).toContain(new URL(target).hostname);
      expect(inside.connections).toBe(0);
    },
  );

  test("to a public one is followed", async () => {
    await using outside = await start("127.0.0.2");
    await using wire = open();
    const target = `http://public.test:${outside.port}/there`;
    expect((await follow(wire, to(outside.origin, target))).text()).toBe("from 127.0.0.2");
  });

  test("to itself is refused once its name leads inside", async () => {
    await using outside = await start("127.0.0.2");
    await using inside = await startRawServer("", { host: "127.0.0.1" });
    let asked = 0;
    const rebinding: Resolve = (_name, callback) => {
      asked += 1;
      const now = asked === 1 ? "127.0.0.2" : "127.0.0.1";
      setImmediate(callback, null, [address(now)]);
    };
    let nowMs = 0;
    const clock = {
      now: () => nowMs,
      wallNow: () => 0,
      after: () => ({ [Symbol.dispose]: () => {} }),
    };
    await using wire = openWire({ scopeOf, resolve: rebinding, clock });
    const send = redirect({ maxRedirects: 10, scopeOf })(async (request) => {
      // Each hop comes when the name's address is stale.
      nowMs += 3_600_000;
      return await wire.send(request);
    });
    const url = to(`http://rebind.test:${outside.port}`, "/again");
    const failure = await failureOf(send(createRequest({ url }), createCall()));
    expect([failure.code, asked]).toEqual(["E_POLICY", 2]);
    expect(inside.connections).toBe(0);
  });

  test("stays held to public addresses over any number of hops", async () => {
    await using outside = await start("127.0.0.2");
    await using inside = await start("127.0.0.1");
    await using wire = open();
    const last = `${inside.origin}/secret`;
    const url = to(
      outside.origin,
      to(`http://public.test:${outside.port}`, to(outside.origin, last)),
    );
    expect((await failureOf(follow(wire, url))).code).toBe("E_POLICY");
    expect(inside.connections).toBe(0);
  });

  test("gets no use of a connection inside that the user's own request opened", async () => {
    await using outside = await start("127.0.0.2");
    await using inside = await start("127.0.0.1");
    await using wire = open();
    const typed = `http://private.test:${inside.port}/`;
    await follow(wire, typed);
    expect((await failureOf(follow(wire, to(outside.origin, typed)))).code).toBe("E_POLICY");
    expect(inside.requests).toHaveLength(1);
    // And the user's own go on.
    expect((await follow(wire, typed)).text()).toBe("from 127.0.0.1");
  });

  test("nor of a TLS server inside", async () => {
    await using outside = await start("127.0.0.2");
    await using inside = await startRawServer("", { tls: certificates.good });
    await using wire = open();
    const failure = await failureOf(
      follow(wire, to(outside.origin, `https://private.test:${inside.port}/`)),
    );
    expect(failure.code).toBe("E_POLICY");
    expect(inside.connections).toBe(0);
  });

  test("may lead inside where the user allows it", async () => {
    await using outside = await start("127.0.0.2");
    await using inside = await start("127.0.0.1");
    await using wire = open();
    const response = await follow(wire, to(outside.origin, `${inside.origin}/`), "anywhere");
    expect(response.text()).toBe("from 127.0.0.1");
  });
});

test("a redirect among private servers is followed, out to the internet too, but not back", async () => {
  await using outside = await start("127.0.0.2");
  await using one = await start("127.0.0.1");
  await using two = await start("127.0.0.1");
  await using wire = open();
  const within = to(one.origin, `${two.origin}/`);
  expect((await follow(wire, within)).text()).toBe("from 127.0.0.1");
  const out = to(one.origin, `${outside.origin}/`);
  expect((await follow(wire, out)).text()).toBe("from 127.0.0.2");
  const back = to(one.origin, to(outside.origin, `${two.origin}/back`));
  expect((await failureOf(follow(wire, back))).code).toBe("E_POLICY");
  expect(two.requests.some((head) => head.includes("/back"))).toBe(false);
});

test("behind a proxy, which resolves names itself, what a URL shows of its address is heeded", async () => {
  await using proxy = await startRawServer((socket, _count, head) => {
    const isFirst = head.startsWith("GET http://public.test/");
    if (isFirst) socket.write(reply("", ["location: http://169.254.169.254/"], "302 Found"));
    else socket.write(reply("secret"));
  });
  await using wire = openWire({ scopeOf, proxy: proxy.origin });
  expect((await failureOf(follow(wire, "http://public.test/"))).code).toBe("E_POLICY");
  expect(proxy.requests).toHaveLength(1);
  expect((await follow(wire, "http://10.0.0.1/")).text()).toBe("secret");
});
