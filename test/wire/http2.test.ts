import {
  constants,
  createSecureServer,
  type Http2SecureServer,
  type SecureServerOptions,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo } from "node:net";

import { beforeAll, expect, test } from "vitest";

import { type Certificates, makeCertificates } from "./certificates.ts";
import { reply, startRawServer } from "./raw-server.ts";
import { openWire } from "./wire.ts";

let certificates: Certificates;
beforeAll(() => {
  certificates = makeCertificates();
});

interface H2Server extends AsyncDisposable {
  readonly origin: string;
  readonly sessions: readonly ServerHttp2Session[];
  /** Paths in the order they came. */
  readonly paths: readonly string[];
  /** Most streams that were open at once. */
  readonly mostAtOnce: number;
}

type OnStream = (stream: ServerHttp2Stream, path: string, count: number) => void;

async function startH2(onStream: OnStream, options: SecureServerOptions = {}): Promise<H2Server> {
  const server: Http2SecureServer = createSecureServer({ ...certificates.good, ...options });
  const sessions: ServerHttp2Session[] = [];
  const paths: string[] = [];
  let open = 0;
  let mostAtOnce = 0;
  server.on("session", (session) => {
    sessions.push(session);
    session.on("error", () => {});
  });
  server.on("sessionError", () => {});
  server.on("stream", (stream, headers) => {
    open += 1;
    mostAtOnce = Math.max(mostAtOnce, open);
    stream.once("close", () => (open -= 1));
    stream.on("error", () => {});
    const path = String(headers[":path"]);
    paths.push(path);
    onStream(stream, path, paths.length);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `https://localhost:${(server.address() as AddressInfo).port}`,
    sessions,
    paths,
    get mostAtOnce() {
      return mostAtOnce;
    },
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const echo: OnStream = (stream, path) => {
  if (stream.destroyed) return;
  stream.respond({ ":status": 200, "x-path": path });
  stream.end(path);
};

const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `/${index}`);

test("many requests at once share one connection", async () => {
  await using server = await startH2(echo);
  await using wire = openWire();
  const paths = many(50);
  const all = await Promise.all(paths.map((path) => wire.ask(server.origin + path)));
  expect(all.map((response) => response.text())).toEqual(paths);
  expect(all.map(({ protocol }) => protocol)).toEqual(paths.map(() => "h2"));
  expect(all.map(({ remoteAddress }) => remoteAddress)).toEqual(paths.map(() => "127.0.0.1"));
  expect(all.filter(({ timing }) => !timing.reused)).toHaveLength(1);
  expect(server.sessions).toHaveLength(1);
});

test("bodies of requests arrive whole", async () => {
  await using server = await startH2((stream) => {
    stream.respond({ ":status": 200 });
    stream.pipe(stream);
  });
  await using wire = openWire();
  const body = "b".repeat(300_000);
  const response = await wire.ask({ url: `${server.origin}/`, method: "POST", body });
  expect(response.text()).toBe(body);
});

test("a server that allows one stream at a time is asked one at a time on each connection", async () => {
  await using server = await startH2(
    (stream, path, count) => setTimeout(echo, 5, stream, path, count),
    { settings: { maxConcurrentStreams: 1 } },
  );
  await using wire = openWire();
  const paths = many(12);
  const all = await Promise.all(paths.map((path) => wire.ask(server.origin + path)));
  expect(all.map((response) => response.text())).toEqual(paths);
  expect(server.mostAtOnce).toBeLessThanOrEqual(server.sessions.length);
});

test("a server that does not offer it is asked with HTTP/1.1", async () => {
  await using server = await startRawServer((socket) => socket.write(reply("old")), {
    tls: certificates.good,
  });
  await using wire = openWire();
  const all = await Promise.all(many(3).map((path) => wire.ask(server.origin + path)));
  expect(all.map(({ protocol }) => protocol)).toEqual(["http/1.1", "http/1.1", "http/1.1"]);
});

test("a session that is not to use it does not offer it", async () => {
  await using server = await startH2(echo, { allowHTTP1: true });
  // The server's HTTP/1.1 side has no listener: it is reached and says nothing.
  await using quick = openWire({ http2: false, timeoutMs: 100 });
  expect((await quick.fail(`${server.origin}/`)).code).toBe("E_TIMEOUT");
  expect(server.sessions).toHaveLength(0);
});

test("a stream that was refused unseen is sent again by itself, whatever its method", async () => {
  await using server = await startH2((stream, path, count) => {
    if (count === 1) stream.close(constants.NGHTTP2_REFUSED_STREAM);
    else echo(stream, path, count);
  });
  await using wire = openWire();
  const response = await wire.ask({ url: `${server.origin}/post`, method: "POST", body: "x" });
  expect(response.text()).toBe("/post");
  expect(server.paths).toEqual(["/post", "/post"]);
});

test("a stream that is refused again and again counts as unsent", async () => {
  await using server = await startH2((stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM));
  await using wire = openWire();
  const failure = await wire.fail({ url: `${server.origin}/`, method: "POST", body: "x" });
  expect(failure).toMatchObject({ code: "E_RESET", transient: true, unsent: true });
  expect(server.paths).toHaveLength(2);
});

test.each([
  ["an internal error", constants.NGHTTP2_INTERNAL_ERROR],
  ["a wish for calm", constants.NGHTTP2_ENHANCE_YOUR_CALM],
])(
  "a stream that ends in %s may succeed another time, and its neighbours do now",
  async (_case, code) => {
    await using server = await startH2((stream, path, count) => {
      if (path === "/bad") stream.close(code);
      else setTimeout(echo, 20, stream, path, count);
    });
    await using wire = openWire();
    await wire.ask(`${server.origin}/warm`);
    const good = wire.ask(`${server.origin}/good`);
    expect(await wire.fail(`${server.origin}/bad`)).toMatchObject({
      code: "E_RESET",
      transient: true,
      unsent: false,
    });
    expect((await good).text()).toBe("/good");
  },
);

test("a stream that ends within its body is cut", async () => {
  await using server = await startH2((stream) => {
    stream.respond({ ":status": 200, "content-length": "100" });
    stream.write("part");
    setTimeout(() => stream.close(constants.NGHTTP2_INTERNAL_ERROR), 20);
  });
  await using wire = openWire();
  expect(await wire.fail(`${server.origin}/`)).toMatchObject({
    code: "E_TRUNCATED",
    transient: true,
  });
});

test("a farewell lets what is under way end, and the next has a new connection", async () => {
  await using server = await startH2((stream, path, count) => {
    if (count === 1) stream.session!.goaway(constants.NGHTTP2_NO_ERROR, stream.id);
    setTimeout(echo, 20, stream, path, count);
  });
  await using wire = openWire();
  expect((await wire.ask(`${server.origin}/1`)).text()).toBe("/1");
  expect((await wire.ask(`${server.origin}/2`)).text()).toBe("/2");
  expect(server.sessions).toHaveLength(2);
});

test("streams beyond a farewell are sent again on a new connection", async () => {
  await using server = await startH2((stream, path, count) => {
    // All streams after the first were not looked at.
    if (path === "/last" && server.sessions.length === 1) {
      stream.session!.goaway(constants.NGHTTP2_NO_ERROR, 1);
    } else setTimeout(echo, 50, stream, path, count);
  });
  await using wire = openWire();
  const asked = ["/first", "/a", "/b", "/last"].map((path) => wire.ask(server.origin + path));
  const all = await Promise.all(asked);
  expect(all.map((response) => response.text())).toEqual(["/first", "/a", "/b", "/last"]);
  expect(server.sessions.length).toBeGreaterThan(1);
});

test("one late answer does not end the others on its connection", async () => {
  await using server = await startH2((stream, path, count) => {
    if (path !== "/late") echo(stream, path, count);
  });
  await using wire = openWire({ timeoutMs: 200 });
  await wire.ask(`${server.origin}/warm`);
  expect((await wire.fail(`${server.origin}/late`)).code).toBe("E_TIMEOUT");
  const next = await wire.ask(`${server.origin}/next`);
  expect([next.text(), next.timing.reused]).toEqual(["/next", true]);
  expect(server.sessions).toHaveLength(1);
});

test("hostile names of header fields stay names", async () => {
  await using server = await startH2((stream) => {
    stream.respond({ ":status": 200, constructor: "c", ["__proto__"]: "p" });
    stream.end();
  });
  await using wire = openWire();
  const response = await wire.ask(`${server.origin}/`);
  expect(response.header("constructor")).toBe("c");
  expect(response.header("hasOwnProperty")).toBeUndefined();
});
