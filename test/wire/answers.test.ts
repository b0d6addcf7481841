import { describe, expect, test } from "vitest";

import { reply, startRawServer } from "./raw-server.ts";
import { openWire } from "./wire.ts";

describe("an answer", () => {
  test("tells its phases: connecting once, none on a connection that is used again", async () => {
    await using server = await startRawServer((socket) => socket.write(reply("hello")));
    await using wire = openWire();
    const first = await wire.ask(`${server.origin}/`);
    expect(first.text()).toBe("hello");
    expect(first.remoteAddress).toBe("127.0.0.1");
    expect(first.timing).toEqual({
      dnsMs: null,
      connectMs: expect.any(Number),
      tlsMs: null,
      firstByteMs: expect.any(Number),
      totalMs: expect.any(Number),
      reused: false,
    });
    const second = await wire.ask(`${server.origin}/`);
    expect(second.timing).toMatchObject({
      dnsMs: null,
      connectMs: null,
      tlsMs: null,
      reused: true,
    });
    expect(second.remoteAddress).toBe("127.0.0.1");
    expect(server.connections).toBe(1);
  });

  test("from a name tells the look-up, too", async () => {
    await using server = await startRawServer((socket) => socket.write(reply("")));
    await using wire = openWire({
      resolve: (_name, callback) =>
        setImmediate(callback, null, [{ address: "127.0.0.1", family: 4 }]),
    });
    const { timing } = await wire.ask(`http://some.test:${server.port}/`);
    expect(timing.dnsMs).toEqual(expect.any(Number));
    expect(timing.connectMs).toEqual(expect.any(Number));
  });

  test("after early hints is the final one", async () => {
    await using server = await startRawServer((socket) =>
      socket.write(
        "HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n" + reply("there").toString(),
      ),
    );
    await using wire = openWire();
    const response = await wire.ask(`${server.origin}/`);
    expect([response.status, response.text()]).toEqual([200, "there"]);
    expect(response.header("link")).toBeUndefined();
  });

  test.each([
    ["204", "GET", "HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\nhello"],
    ["304", "GET", "HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\nhello"],
    ["HEAD", "HEAD", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"],
  ])(
    "to a %s that has a body all the same is empty, and the next is the right one",
    async (_case, method, bytes) => {
      await using server = await startRawServer((socket, count) =>
        socket.write(count === 1 ? bytes : reply("second")),
      );
      await using wire = openWire();
      const first = await wire.ask({ url: `${server.origin}/`, method });
      expect(first.bytes).toBe(0);
      expect((await wire.ask(`${server.origin}/`)).text()).toBe("second");
    },
  );

  test("with more bytes than announced is whole, and the next is the right one", async () => {
    await using server = await startRawServer((socket, count) =>
      socket.write(
        count === 1 ? `${reply("right").toString()}HTTP/1.1 200 OK\r\n\r\nwrong` : reply("second"),
      ),
    );
    await using wire = openWire();
    expect((await wire.ask(`${server.origin}/1`)).text()).toBe("right");
    expect((await wire.ask(`${server.origin}/2`)).text()).toBe("second");
    expect(server.connections).toBe(2);
  });

  test("without a length ends with the connection", async () => {
    await using server = await startRawServer((socket) =>
      socket.end("HTTP/1.1 200 OK\r\n\r\nall of it"),
    );
    await using wire = openWire();
    expect((await wire.ask(`${server.origin}/`)).text()).toBe("all of it");
  });

  test("keeps fields with hostile names apart from what objects inherit", async () => {
    await using server = await startRawServer((socket) =>
      socket.write(reply("", ["__proto__: polluted", "constructor: c", "x: 1", "X: 2"])),
    );
    await using wire = openWire();
    const response = await wire.ask(`${server.origin}/`);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect(response.header("constructor")).toBe("c");
    expect(response.header("x")).toBe("1, 2");
    expect(response.header("tostring")).toBeUndefined();
    expect(response.header("hasOwnProperty")).toBeUndefined();
  });

  test("waits for no one: a hundred at once have a connection each and all come back", async () => {
    await using server = await startRawServer((socket, _count, head) => {
      socket.write(reply(head.split(" ")[1]!));
    });
    await using wire = openWire();
    const paths = Array.from({ length: 100 }, (_, index) => `/${index}`);
    const all = await Promise.all(paths.map((path) => wire.ask(server.origin + path)));
    expect(all.map((response) => response.text())).toEqual(paths);
  });
});
