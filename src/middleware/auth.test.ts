import { describe, expect, test } from "vitest";

import { createCall } from "../core/call.ts";
import { sleep } from "../core/clock.ts";
import { headerValue } from "../core/headers.ts";
import { createRequest, type HttpRequest } from "../core/request.ts";
import { compose, type Middleware } from "../core/send.ts";
import { createGate, type Gate } from "../policy/gate.ts";
import { createManualClock } from "../transport/manual-clock.ts";
import { createScriptedTransport } from "../transport/scripted.ts";
import { createAuth, type AuthOptions } from "./auth.ts";
import type { Credentials, OAuth2Credentials } from "./auth-credentials.ts";
import { redirect } from "./redirect.ts";

// Loaded beforehand: what is read from the disk is not of virtual time.
await import("oauth4webapi");

const ORIGIN = "https://api.example";
const TOKEN_URL = "https://login.example/token";
const get = createRequest({ url: `${ORIGIN}/x?a=1` });
const client: OAuth2Credentials = {
  kind: "oauth2",
  tokenUrl: TOKEN_URL,
  clientId: "me",
  clientSecret: "s3cr3t-client",
};

function world(
  credentials: Credentials,
  script: Parameters<typeof createScriptedTransport>[0],
  given: Partial<AuthOptions> = {},
) {
  const clock = createManualClock(Date.UTC(2015, 7, 30, 12, 36));
  const transport = createScriptedTransport(script);
  const refused: string[] = [];
  const auth = createAuth({
    credentials,
    origins: [ORIGIN],
    send: transport.send,
    clock,
    onRefused: (words) => refused.push(words),
    ...given,
  });
  const gate = createGate(50);
  const send = compose(transport.send, auth.renew, heldBy(gate), auth.sign);
  return { clock, transport, send, refused, gate };
}

/** As a host's gate does: a place from before leaving until the answer is whole. */
const heldBy =
  (gate: Gate): Middleware =>
  (next) =>
  async (request, call) => {
    using _place = await gate.acquire();
    return await next(request, call);
  };

const sent = (request: HttpRequest | undefined, name = "authorization") =>
  headerValue(request?.headers ?? [], name);
const isToken = (request: HttpRequest) => request.url === TOKEN_URL;
const json = (value: unknown) => ({
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});

describe("credentials that do not change", () => {
  test.each<readonly [Credentials, string]>([
    [{ kind: "bearer", token: "abc" }, "Bearer abc"],
    [
      { kind: "basic", username: "Aladdin", password: "open sesame" },
      "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
    ],
    [{ kind: "basic", username: "test", password: "123£" }, "Basic dGVzdDoxMjPCow=="],
    [{ kind: "fields", fieldsFor: async () => ["authorization", "X y"] }, "X y"],
  ])("%o is shown in the Authorization field", async (credentials, value) => {
    const { transport, send } = world(credentials, () => ({}));
    await send(get, createCall());
    expect(sent(transport.asked[0])).toBe(value);
    expect(transport.asked[0]!.secretHeaders).toContain("authorization");
  });

  test("a key in a field goes to its origin and to no other", async () => {
    const key: Credentials = { kind: "apiKey", in: "header", name: "X-Api-Key", value: "k3y" };
    const { transport, send } = world(key, () => ({}));
    await send(get, createCall());
    await send(createRequest({ url: "https://api.example:444/x" }), createCall());
    await send(createRequest({ url: "http://api.example/x" }), createCall());
    expect(transport.asked.map((request) => sent(request, "x-api-key"))).toEqual([
      "k3y",
      undefined,
      undefined,
    ]);
  });

  test("a key in the query is seen by the server and by nobody else", async () => {
    const key: Credentials = { kind: "apiKey", in: "query", name: "key", value: "k3y/&" };
    const { transport, send } = world(key, [{}, { fails: "E_RESET", transient: true }]);
    const answer = await send(get, createCall());
    expect(transport.asked[0]!).toMatchObject({ target: "/x?a=1&key=k3y%2F%26" });
    expect(answer.url).toBe(get.url);
    const failure = await send(get, createCall()).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "E_RESET", transient: true, request: get });
    expect(JSON.stringify(failure)).not.toContain("k3y");
  });

  test("a key that the server repeats in a redirect is put in again at its own origin, and shown nowhere", async () => {
    const key: Credentials = { kind: "apiKey", in: "query", name: "key", value: "k3y" };
    const to = (location: string) => ({
      status: 302,
      headers: { location, link: `<${location}>; rel=next` },
    });
    const { transport, send } = world(key, [
      to("/y?key=k3y"),
      to("https://other.example/?key=k3y"),
      {},
    ]);
    const hops = redirect({ maxRedirects: 5 })(send);
    const answer = await hops(get, createCall());
    expect(transport.asked.map(({ url }) => url)).toEqual([
      "https://api.example/x?a=1&key=k3y",
      "https://api.example/y?key=k3y",
      "https://other.example/?key=REDACTED",
    ]);
    expect(JSON.stringify(answer)).not.toContain("k3y");
  });

  test("a field that the user wrote stays", async () => {
    const { transport, send } = world({ kind: "bearer", token: "abc" }, () => ({}));
    await send(createRequest({ url: get.url, headers: ["Authorization", "mine"] }), createCall());
    expect(transport.asked[0]!.headers).toEqual(["Authorization", "mine"]);
  });

  test("a 401 is the server's last word where there is nothing to renew", async () => {
    const { transport, send } = world({ kind: "bearer", token: "abc" }, () => ({ status: 401 }));
    expect((await send(get, createCall())).status).toBe(401);
    expect(transport.asked).toHaveLength(1);
  });

  test("a function of the user's that throws fails its request as E_HOOK", async () => {
    const fieldsFor = () => {
      throw new Error("mine");
    };
    const { send } = world({ kind: "fields", fieldsFor }, () => ({}));
    await expect(send(get, createCall())).rejects.toMatchObject({
      code: "E_HOOK",
      cause: { message: "mine" },
    });
  });
});

describe("AWS Signature Version 4", () => {
  const aws: Credentials = {
    kind: "sigv4",
    accessKeyId: "AKIDEXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    region: "us-east-1",
    service: "service",
  };
  const scope = "Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request";

  test.each([
    ["/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"],
    [
      "/?Param2=value2&Param1=value1",
      "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ],
  ])("GET %s is signed as in AWS's own test suite", async (target, signature) => {
    const origin = "https://example.amazonaws.com";
    const { transport, send } = world(aws, () => ({}), { origins: [origin] });
    await send(createRequest({ url: origin + target }), createCall());
    expect(sent(transport.asked[0])).toBe(
      `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host;x-amz-date, Signature=${signature}`,
    );
    expect(sent(transport.asked[0], "x-amz-date")).toBe("20150830T123600Z");
  });

  test("the body is part of the signature, and S3 is told its hash", async () => {
    const { transport, send } = world({ ...aws, service: "s3", sessionToken: "tok" }, () => ({}));
    const put = (body: string) => createRequest({ url: get.url, method: "PUT", body });
    await send(put("a"), createCall());
    await send(put("b"), createCall());
    const [one, other] = transport.asked;
    expect(sent(one)).toContain(
      "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token",
    );
    expect(sent(one, "x-amz-content-sha256")).toMatch(/^ca978112/);
    expect(sent(one)).not.toBe(sent(other));
  });
});

describe("tokens", () => {
  test("the client shows its secret to the token endpoint, and the token to the API", async () => {
    const { transport, send } = world(
      { ...client, scope: "read", parameters: { audience: "x" } },
      (request) =>
        isToken(request) ? json({ access_token: "t1", expires_in: 3600, id_token: "unasked" }) : {},
    );
    await send(get, createCall());
    await send(get, createCall());
    const [token, ...asked] = transport.asked;
    expect(token).toMatchObject({ method: "POST", url: TOKEN_URL });
    expect(String(token!.body).split("&").toSorted()).toEqual([
      "audience=x",
      "grant_type=client_credentials",
      "scope=read",
    ]);
    expect(sent(token)).toMatch(/^Basic /);
    expect(asked.map((request) => sent(request))).toEqual(["Bearer t1", "Bearer t1"]);
  });

  test("a new refresh token is used from then on, and told", async () => {
    const kept: string[] = [];
    const credentials = {
      ...client,
      clientAuth: "post",
      refreshToken: "r0",
      keepRefreshToken: (text: string) => void kept.push(text),
    } as const;
    const { clock, transport, send } = world(credentials, (request, count) =>
      isToken(request)
        ? json({
            access_token: `t${count}`,
            token_type: "Bearer",
            expires_in: 10,
            refresh_token: `r${count}`,
          })
        : {},
    );
    await send(get, createCall());
    await clock.advance(11_000);
    await send(get, createCall());
    const bodies = transport.asked
      .filter(isToken)
      .map(({ body }) => new URLSearchParams(String(body)));
    expect(bodies.map((body) => body.get("refresh_token"))).toEqual(["r0", "r1"]);
    expect(bodies[0]!.get("client_secret")).toBe("s3cr3t-client");
    expect(kept).toEqual(["r1", "r3"]);
  });

  test("tokens that end every 2 s under 50 in flight: nobody fails, nobody waits at a gate, one renewal at a time", async () => {
    const issued = new Map<string, number>();
    let renewing = 0;
    let mostRenewing = 0;
    const { clock, transport, send, gate } = world(client, async (request, count) => {
      if (isToken(request)) {
        mostRenewing = Math.max(mostRenewing, (renewing += 1));
        await sleep(clock, 150);
        issued.set(`Bearer t${count}`, clock.now());
        await sleep(clock, 150);
        renewing -= 1;
        return json({ access_token: `t${count}`, expires_in: 2 });
      }
      await sleep(clock, 40);
      const good = clock.now() - (issued.get(sent(request) ?? "") ?? -Infinity) < 2_000;
      await sleep(clock, 400);
      return { status: good ? 200 : 401 };
    });
    const statuses: number[] = [];
    for (let row = 0; row < 3_000; row += 1) {
      void send(get, createCall()).then(({ status }) => statuses.push(status));
    }
    await clock.advance(60_000);
    expect(statuses).toHaveLength(3_000);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    expect(mostRenewing).toBe(1);
    expect(gate.mostAtOnce).toBe(50);
    const tokens = transport.asked.filter(isToken).length;
    expect(tokens).toBeLessThan(30);
    // Ahead of the end: no request met a token that was gone.
    expect(transport.asked).toHaveLength(3_000 + tokens);
  });

  test("a token that ends before its time costs one renewal, and one repeat of each that met it", async () => {
    let good = "Bearer t1";
    const { clock, transport, send } = world(client, async (request, count) => {
      await sleep(clock, 100);
      if (!isToken(request)) return { status: sent(request) === good ? 200 : 401 };
      if (count > 1) good = `Bearer t${count}`;
      return json({ access_token: `t${count}`, expires_in: 3600 });
    });
    const first = send(get, createCall());
    await clock.advance(300);
    expect((await first).status).toBe(200);
    good = "revoked";
    const calls = Array.from({ length: 50 }, () => createCall());
    const all = Promise.all(calls.map((call) => send(get, call)));
    await clock.advance(1_000);
    expect((await all).map(({ status }) => status)).toEqual(Array(50).fill(200));
    expect(transport.asked.filter(isToken)).toHaveLength(2);
    expect(transport.asked).toHaveLength(2 + 1 + 50 + 50);
    expect(calls.every(({ requests }) => requests === 2)).toBe(true);
  });

  test("a server that refuses every token is not asked for ever", async () => {
    const { transport, send } = world(client, (request, count) =>
      isToken(request) ? json({ access_token: `t${count}`, expires_in: 3600 }) : { status: 401 },
    );
    for (let row = 0; row < 20; row += 1) expect((await send(get, createCall())).status).toBe(401);
    expect(transport.asked.filter(isToken)).toHaveLength(1 + 3);
  });

  test("a refused client fails every request at once, is asked one time, and its secret is told nowhere", async () => {
    const { transport, send, refused } = world({ ...client, clientAuth: "post" }, () => ({
      status: 401,
      ...json({ error: "invalid_client", error_description: "s3cr3t-client is wrong" }),
    }));
    const failures = await Promise.all(
      Array.from({ length: 30 }, () => send(get, createCall()).catch((error: unknown) => error)),
    );
    const words = "the token was refused: invalid_client (status 401)";
    for (const failure of failures) {
      expect(failure).toMatchObject({ code: "E_AUTH", message: words, unsent: true, request: get });
      expect(JSON.stringify(failure) + String((failure as Error).stack)).not.toContain("s3cr3t");
    }
    expect(transport.asked).toHaveLength(1);
    expect(refused).toEqual([words]);
  });

  test("a token endpoint that is down for a while is waited for, by one", async () => {
    const { clock, transport, send } = world(client, (request, count) => {
      if (!isToken(request)) return {};
      if (count === 1) return { status: 503 };
      if (count === 2) return { fails: "E_CONNECT", transient: true };
      return json({ access_token: "t", expires_in: 60 });
    });
    const all = Promise.all(Array.from({ length: 9 }, () => send(get, createCall())));
    await clock.advance(5_000);
    expect((await all).every(({ ok }) => ok)).toBe(true);
    expect(transport.asked.filter(isToken)).toHaveLength(3);
  });

  test("a stop ends the wait of the one that is stopped, and leaves no listener", async () => {
    const { clock, send } = world(client, async (request) => {
      if (isToken(request)) await sleep(clock, 1_000);
      return json({ access_token: "t" });
    });
    const stop = new AbortController();
    const stopped = send(get, createCall(stop.signal));
    const other = send(get, createCall());
    await clock.advance(10);
    stop.abort();
    await expect(stopped).rejects.toMatchObject({ code: "E_ABORTED" });
    await clock.advance(2_000);
    expect((await other).ok).toBe(true);
    expect(clock.pending).toBe(0);
  });

  test.each([
    ["no JSON", { body: "<html>s3cr3t</html>", headers: { "content-type": "text/html" } }],
    ["no token", json({ error: 7 })],
    ["a number", json(5)],
    ["a token that is none", json({ access_token: { a: 1 }, expires_in: "x" })],
  ])("a token endpoint that answers with %s is refused in one sentence", async (_name, answer) => {
    const { send } = world(client, () => answer);
    await expect(send(get, createCall())).rejects.toMatchObject({
      code: "E_AUTH",
      message: expect.stringMatching(/^the token was refused: no token in the answer/),
    });
  });
});
