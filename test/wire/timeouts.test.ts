import type { Socket } from "node:net";

import { describe, expect, test } from "vitest";

import { startRawServer } from "./raw-server.ts";
import { openWire } from "./wire.ts";

const HEAD = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n";

/** Writes one byte of `text` after the other, again and again, until the socket closes. */
function drip(socket: Socket, text: string): void {
  let at = 0;
  const timer = setInterval(() => socket.write(text[at++ % text.length]!), 5);
  socket.once("close", () => clearInterval(timer));
}

describe("the limit for the whole answer", () => {
  test("holds while TLS is negotiated with a server that says nothing", async () => {
    await using server = await startRawServer("");
    await using wire = openWire({ timeoutMs: 100 });
    const failure = await wire.fail(`https://127.0.0.1:${server.port}/`);
    expect(failure).toMatchObject({ code: "E_TIMEOUT", transient: true, unsent: true });
    expect(failure.message).toContain("no connection");
    await expect.poll(() => server.open).toBe(0);
  });

  test("holds before the answer begins, and the connection is closed", async () => {
    await using server = await startRawServer(() => {});
    await using wire = openWire({ timeoutMs: 100 });
    const failure = await wire.fail(`${server.origin}/`);
    expect(failure).toMatchObject({ code: "E_TIMEOUT", transient: true, unsent: false });
    expect(failure.message).toContain("no answer");
    await expect.poll(() => server.open).toBe(0);
  });

  test("holds while a header drips", async () => {
    await using server = await startRawServer((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nx: ");
      drip(socket, "y");
    });
    await using wire = openWire({ timeoutMs: 100, idleTimeoutMs: 5_000 });
    expect(await wire.fail(`${server.origin}/`)).toMatchObject({ code: "E_TIMEOUT" });
    await expect.poll(() => server.open).toBe(0);
  });

  test("holds while a body drips", async () => {
    await using server = await startRawServer((socket) => {
      socket.write(HEAD);
      drip(socket, "y");
    });
    await using wire = openWire({ timeoutMs: 100, idleTimeoutMs: 5_000 });
    const failure = await wire.fail(`${server.origin}/`);
    expect(failure).toMatchObject({ code: "E_TIMEOUT", transient: true });
    expect(failure.message).toContain("whole answer");
    await expect.poll(() => server.open).toBe(0);
  });

  test("is each request's own: those in time are answered though others are late", async () => {
    await using server = await startRawServer((socket, _count, head) => {
      if (!head.startsWith("GET /late"))
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    });
    await using wire = openWire({ timeoutMs: 150 });
    const ends = await Promise.allSettled(
      ["/late1", "/a", "/late2", "/b"].map((path) => wire.ask(server.origin + path)),
    );
    expect(ends.map(({ status }) => status)).toEqual([
      "rejected",
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
  });
});

describe("the limit for connecting", () => {
  test("ends a handshake that never does", async () => {
    await using server = await startRawServer("");
    await using wire = openWire({ connectTimeoutMs: 100 });
    const failure = await wire.fail(`https://127.0.0.1:${server.port}/`);
    expect(failure).toMatchObject({ code: "E_TIMEOUT", transient: true, unsent: true });
    expect(failure.message).toContain("no connection in time");
    await expect.poll(() => server.open).toBe(0);
  });

  test("ends all who waited for the same handshake", async () => {
    await using server = await startRawServer("");
    await using wire = openWire({ connectTimeoutMs: 100 });
    const url = `https://127.0.0.1:${server.port}/`;
    const failures = await Promise.all([wire.fail(url), wire.fail(url), wire.fail(url)]);
    expect(failures.map(({ code }) => code)).toEqual(["E_TIMEOUT", "E_TIMEOUT", "E_TIMEOUT"]);
  });
});

test("the limit between two bytes ends a body that stalls", async () => {
  await using server = await startRawServer((socket) => socket.write(`${HEAD}some`));
  await using wire = openWire({ idleTimeoutMs: 100 });
  const failure = await wire.fail(`${server.origin}/`);
  expect(failure).toMatchObject({ code: "E_TIMEOUT", transient: true });
  expect(failure.message).toContain("stopped arriving");
  await expect.poll(() => server.open).toBe(0);
});
