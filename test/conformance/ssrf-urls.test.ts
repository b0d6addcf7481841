import { channel } from "node:diagnostics_channel";
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { createCall } from "../../src/core/call.ts";
import { createRequest } from "../../src/core/request.ts";
import { redirect } from "../../src/middleware/redirect.ts";
import { scopeOfAddress, type ScopeOf } from "../../src/transport/address-policy.ts";
import type { Resolve } from "../../src/transport/dns-cache.ts";
import { type RawServer, reply, startRawServer } from "../wire/raw-server.ts";
import { failureOf, openWire } from "../wire/wire.ts";
import { withSuite } from "./suites.ts";

interface Case {
  readonly url: string;
  readonly kind: string;
  readonly mustBlockWhenGuardOn: boolean;
}

/** The one address that is out on the internet here. */
const PUBLIC = "127.0.0.2";
const scopeOf: ScopeOf = (address) => (address === PUBLIC ? "public" : scopeOfAddress(address));

/** What names would resolve to where each does its worst. */
const NAMES: Readonly<Record<string, string>> = {
  "example.com": PUBLIC,
  "public.test": PUBLIC,
  unix: "127.0.0.1",
  localhost: "127.0.0.1",
  "localhost.": "127.0.0.1",
  "foo.localhost": "127.0.0.1",
  "metadata.google.internal": "169.254.169.254",
  "rebind.test": "127.0.0.1",
};
const resolve: Resolve = (name, callback) => {
  const address = NAMES[name];
  setImmediate(callback, null, address === undefined ? [] : [{ address, family: 4 }]);
};

/**
 * URLs that name the public host once a WHATWG URL is made of them: what looks like an address is a path,
 * or a user's name, or, beside a base of the same scheme, relative. They lead outside, which is no harm.
 */
const LEADS_OUTSIDE = new Set(["backslash-at", "encoded-slash", "missing-slashes"]);

withSuite("ssrf-urls", (folder) => {
  const cases = JSON.parse(readFileSync(join(folder, "urls.json"), "utf8")) as Case[];
  const attempts: string[] = [];
  const watch = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket };
    socket.on("connectionAttempt", (ip: string) => attempts.push(ip));
  };
  let server: RawServer;
  let location = "";

  beforeAll(async () => {
    channel("net.client.socket").subscribe(watch);
    server = await startRawServer(
      (socket) => socket.write(reply("", [`location: ${location}`], "302 Found")),
      { host: PUBLIC },
    );
  });
  afterAll(async () => {
    channel("net.client.socket").unsubscribe(watch);
    await server[Symbol.asyncDispose]();
  });

  test("has its 60 URLs, all of them to be blocked", () => {
    expect(cases).toHaveLength(60);
    expect(cases.every(({ mustBlockWhenGuardOn }) => mustBlockWhenGuardOn)).toBe(true);
  });

  test.each(cases)("$kind: a public server gets nobody to $url", async ({ url, kind }) => {
    // A server writes the bytes it likes; HTTP shows them as Latin-1.
    location = Buffer.from(url, "utf8").toString("latin1");
    attempts.length = 0;
    await using wire = openWire({ scopeOf, resolve, timeoutMs: 5_000 });
    const send = redirect({ maxRedirects: 2, scopeOf })((request) => wire.send(request));
    const asked = createRequest({ url: `http://public.test:${server.port}/` });
    const failure = await failureOf(send(asked, createCall()));
    expect(attempts.length).toBeGreaterThan(0);
    expect(attempts.filter((address) => address !== PUBLIC)).toEqual([]);
    if (!LEADS_OUTSIDE.has(kind)) {
      expect(["E_POLICY", "E_REDIRECT"]).toContain(failure.code);
      expect(attempts).toHaveLength(1);
    }
  });

  test.each(["http://8.8.8.8/", "http://[2606:4700::1111]/", "http://[64:ff9b::808:808]/"])(
    "%s is a public address",
    (url) => {
      const { hostname } = new URL(url);
      expect(scopeOfAddress(hostname.replace(/^\[|\]$/g, ""))).toBe("public");
    },
  );
});
