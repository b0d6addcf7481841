import { describe, expect, test } from "vitest";

import { reply, startRawServer } from "./raw-server.ts";
import { openWire } from "./wire.ts";

/** FAULTS: what the wire makes of each, and whether asking again may help. */
const FAULTS: readonly (readonly [string, string, string, "transient" | "final"])[] = [
  [
    "a short body",
    "HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nshort",
    "E_TRUNCATED",
    "transient",
  ],
  [
    "chunks cut in a size",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n1",
    "E_TRUNCATED",
    "transient",
  ],
  [
    "chunks cut in the data",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n50\r\nhello",
    "E_TRUNCATED",
    "transient",
  ],
  [
    "chunks cut before the last",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
    "E_TRUNCATED",
    "transient",
  ],
  [
    "a chunk size that is none",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
    "E_PROTOCOL",
    "final",
  ],
  [
    "a chunk size beyond all numbers",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\nx",
    "E_PROTOCOL",
    "final",
  ],
  [
    "two lengths",
    "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!",
    "E_PROTOCOL",
    "final",
  ],
  [
    "a length and chunks",
    "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "E_PROTOCOL",
    "final",
  ],
  [
    "a status that is no number",
    "HTTP/1.1 abc OK\r\ncontent-length: 0\r\n\r\n",
    "E_PROTOCOL",
    "final",
  ],
  ["something that is not HTTP", "SSH-2.0-OpenSSH_9.9\r\n", "E_PROTOCOL", "final"],
  [
    "a control byte in a header",
    "HTTP/1.1 200 OK\r\nx: a\u0000b\r\ncontent-length: 0\r\n\r\n",
    "E_PROTOCOL",
    "final",
  ],
  [
    "an upgrade nobody asked for",
    "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
    "E_PROTOCOL",
    "final",
  ],
  [
    "a header of 1 MiB",
    `HTTP/1.1 200 OK\r\nx: ${"a".repeat(1024 * 1024)}\r\n\r\n`,
    "E_PROTOCOL",
    "final",
  ],
  [
    "20,000 header fields",
    `HTTP/1.1 200 OK\r\n${"x: yes\r\n".repeat(20_000)}\r\n`,
    "E_PROTOCOL",
    "final",
  ],
  ["nothing but a closed connection", "", "E_RESET", "transient"],
  ["half a header", "HTTP/1.1 200 OK\r\nx: ", "E_RESET", "transient"],
];

describe("a fault of the server", () => {
  test.each(FAULTS)("%s", async (_case, bytes, code, kind) => {
    await using server = await startRawServer((socket) => socket.end(bytes, "latin1"));
    await using wire = openWire();
    const failure = await wire.fail(`${server.origin}/`);
    expect([failure.code, failure.transient]).toEqual([code, kind === "transient"]);
    expect(failure.unsent).toBe(false);
    expect(failure.elapsedMs).toEqual(expect.any(Number));
  });

  test.each([
    ["before the header", "", "E_RESET"],
    ["within the header", "HTTP/1.1 200 OK\r\nx:", "E_RESET"],
    ["within the body", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhell", "E_TRUNCATED"],
    ["within a body of no length", "HTTP/1.1 200 OK\r\n\r\nhell", "E_TRUNCATED"],
  ])("a reset %s", async (_case, bytes, code) => {
    await using server = await startRawServer((socket) => {
      socket.write(bytes);
      // The bytes are to arrive before the reset.
      setTimeout(() => socket.resetAndDestroy(), 50);
    });
    await using wire = openWire();
    expect(await wire.fail(`${server.origin}/`)).toMatchObject({ code, transient: true });
  });

  test("interim answers without end", async () => {
    await using server = await startRawServer((socket) => {
      const drip = setInterval(() => socket.write("HTTP/1.1 103 Early Hints\r\n\r\n"), 1);
      socket.once("close", () => clearInterval(drip));
    });
    await using wire = openWire();
    expect(await wire.fail(`${server.origin}/`)).toMatchObject({ code: "E_PROTOCOL" });
    await expect.poll(() => server.open).toBe(0);
  });

  test("a port that nobody listens on", async () => {
    const server = await startRawServer("");
    await server[Symbol.asyncDispose]();
    await using wire = openWire();
    const failure = await wire.fail(`${server.origin}/`);
    expect(failure).toMatchObject({ code: "E_CONNECT", transient: true, unsent: true });
    expect(failure.message).toContain(`127.0.0.1:${server.port}`);
  });
});

describe("a kept connection that the server closes as we write", () => {
  /** Answers once on each connection and resets it when the next request comes. */
  const once = () => {
    const used = new WeakSet();
    return startRawServer((socket) => {
      if (used.has(socket)) socket.resetAndDestroy();
      else socket.write(reply("answer"));
      used.add(socket);
    });
  };

  test("costs a GET nothing: it is sent again by itself, once", async () => {
    await using server = await once();
    await using wire = openWire();
    await wire.ask(`${server.origin}/first`);
    expect((await wire.ask(`${server.origin}/second`)).text()).toBe("answer");
    expect(server.requests.map((head) => head.split(" ")[1])).toEqual([
      "/first",
      "/second",
      "/second",
    ]);
  });

  test("fails a POST, which is not sent again", async () => {
    await using server = await once();
    await using wire = openWire();
    await wire.ask(`${server.origin}/first`);
    const failure = await wire.fail({ url: `${server.origin}/second`, method: "POST", body: "x" });
    expect(failure).toMatchObject({ code: "E_RESET", unsent: false });
    expect(server.requests).toHaveLength(2);
  });

  test("a new connection that is reset is not sent again by itself", async () => {
    await using server = await startRawServer((socket) => socket.resetAndDestroy());
    await using wire = openWire();
    expect(await wire.fail(`${server.origin}/`)).toMatchObject({ code: "E_RESET" });
    expect(server.requests).toHaveLength(1);
  });
});
