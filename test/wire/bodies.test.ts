import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  brotliCompressSync,
  crc32,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from "node:zlib";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import type { BodyFile } from "../../src/core/response.ts";
import { reply, startRawServer } from "./raw-server.ts";
import { openWire } from "./wire.ts";

const MIB = 1024 * 1024;
const SMALL = Buffer.from("hello, hello, hello");
/** Too large to be decoded at once on the main thread. */
const LARGE = randomBytes(300_000);

const CODERS = {
  gzip: gzipSync,
  "x-gzip": gzipSync,
  GZip: gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
  zstd: zstdCompressSync,
} as const;

const coded = (coding: string, body: Uint8Array): Buffer =>
  reply(body, [`content-encoding: ${coding}`]);

/** A gzip body ends with its checksum and its length, four bytes each (RFC 1952 §2.3.1). */
function withWrongChecksum(body: Buffer): Buffer {
  return body.fill(0, body.byteLength - 8, body.byteLength - 4);
}

/** Answers every request with these bytes. */
const serve = (bytes: Uint8Array) => startRawServer((socket) => socket.write(bytes));

describe("a coded body", () => {
  test.each(Object.entries(CODERS))("of %s is decoded, small or large", async (coding, encode) => {
    for (const body of [SMALL, LARGE]) {
      const encoded = encode(body);
      await using server = await serve(coded(coding, encoded));
      await using wire = openWire();
      const response = await wire.ask(`${server.origin}/`);
      expect(Buffer.compare(response.body as Uint8Array, body)).toBe(0);
      expect(response.wireBytes).toBe(encoded.byteLength);
    }
  });

  test.each([SMALL, LARGE])("of deflate without its wrapper is decoded", async (body) => {
    await using server = await serve(coded("deflate", deflateRawSync(body)));
    await using wire = openWire();
    expect(Buffer.compare((await wire.ask(`${server.origin}/`)).body as Uint8Array, body)).toBe(0);
  });

  test.each([
    ["gzip, br", brotliCompressSync(gzipSync(SMALL))],
    ["br, gzip, zstd", zstdCompressSync(gzipSync(brotliCompressSync(SMALL)))],
    ["identity", SMALL],
    ["", SMALL],
  ])('of "%s" is decoded in the right order', async (field, encoded) => {
    await using server = await serve(coded(field, encoded));
    await using wire = openWire();
    expect((await wire.ask(`${server.origin}/`)).text()).toBe(SMALL.toString());
  });

  test.each(["gzip", "deflate", "br", "zstd"] as const)(
    "of %s that was cut, with a length that agrees, is cut and may come whole another time",
    async (coding) => {
      for (const body of [SMALL, LARGE]) {
        await using server = await serve(coded(coding, CODERS[coding](body).subarray(0, -6)));
        await using wire = openWire();
        const failure = await wire.fail(`${server.origin}/`);
        expect([failure.code, failure.transient]).toEqual(["E_TRUNCATED", true]);
      }
    },
  );

  test.each([
    ["garbage", "gzip", Buffer.from("this is not compressed at all")],
    ["garbage", "deflate", Buffer.from([0x78, 0x9c, 0xff, 0xff, 0xff, 0xff])],
    ["garbage", "br", Buffer.from("this is not compressed at all")],
    ["garbage", "zstd", Buffer.from("this is not compressed at all")],
    ["a wrong checksum", "gzip", withWrongChecksum(gzipSync(SMALL))],
    ["an unknown coding", "compress", SMALL],
    ["four codings", "gzip, gzip, gzip, gzip", SMALL],
    ["a thousand codings", Array(1_000).fill("gzip").join(","), SMALL],
    ["a coding named like what objects inherit", "constructor", SMALL],
  ])("of %s (%s) fails for good", async (_case, coding, body) => {
    await using server = await serve(coded(coding, body));
    await using wire = openWire();
    const failure = await wire.fail(`${server.origin}/`);
    expect([failure.code, failure.transient]).toEqual(["E_DECODE", false]);
  });

  test("of a refused answer that cannot be decoded leaves the answer", async () => {
    for (const coding of ["gzip", "compress"]) {
      await using server = await serve(
        reply("not that", [`content-encoding: ${coding}`], "404 Not Found"),
      );
      await using wire = openWire();
      expect((await wire.ask(`${server.origin}/`)).status).toBe(404);
    }
  });

  test("of a redirect is not inflated", async () => {
    const bomb = gzipSync(Buffer.alloc(10 * MIB));
    await using server = await serve(
      reply(bomb, ["content-encoding: gzip", "location: /b"], "302 Found"),
    );
    await using wire = openWire();
    expect((await wire.ask(`${server.origin}/`)).bytes).toBe(bomb.byteLength);
  });
});

describe("a bomb", () => {
  const zeros = Buffer.alloc(40 * MIB);

  test.each([
    ["gzip", gzipSync(zeros)],
    ["deflate", deflateSync(zeros)],
    ["br", brotliCompressSync(zeros)],
    ["zstd", zstdCompressSync(zeros)],
    ["gzip, gzip", gzipSync(gzipSync(zeros))],
  ])("of %s ends at the cap on decoded bytes", async (coding, bomb) => {
    expect(bomb.byteLength).toBeLessThan(100_000);
    await using server = await serve(coded(coding, bomb));
    await using wire = openWire({ maxBodyBytes: 8 * MIB });
    const failure = await wire.fail(`${server.origin}/`);
    expect([failure.code, failure.transient]).toEqual(["E_TOO_LARGE", false]);
  });

  test("below the cap ends all the same when it grows two hundredfold", async () => {
    await using server = await serve(coded("br", brotliCompressSync(zeros)));
    await using wire = openWire({ maxBodyBytes: 64 * MIB });
    expect((await wire.fail(`${server.origin}/`)).code).toBe("E_TOO_LARGE");
  });

  test("that is not coded ends at the cap, and its connection with it", async () => {
    const chunk = Buffer.alloc(64 * 1024);
    let sent = 0;
    await using server = await startRawServer((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      const more = (): void => {
        while (!socket.destroyed) {
          sent += chunk.byteLength;
          if (!socket.write(chunk)) break;
        }
      };
      socket.on("drain", more);
      more();
    });
    await using wire = openWire({ maxBodyBytes: 2 * MIB });
    expect(await wire.fail(`${server.origin}/`)).toMatchObject({ code: "E_TOO_LARGE" });
    await expect.poll(() => server.open).toBe(0);
    expect(sent).toBeLessThan(64 * MIB);
  });
});

describe("a body that is to be saved", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "fanfetch-spool-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const spool = (maxBytes = 100 * MIB) => ({ directory, aboveBytes: 1_000, maxBytes });

  test("goes decoded to a file of its owner's from a size on, else to memory", async () => {
    await using server = await startRawServer((socket, count) =>
      socket.write(coded("gzip", gzipSync(count === 1 ? LARGE : SMALL))),
    );
    await using wire = openWire({ spool: spool(), maxBodyBytes: 2_000 });
    const large = await wire.ask(`${server.origin}/`);
    const file = large.body as BodyFile;
    expect(file.path).toMatch(/\.part$/);
    expect([file.bytes, file.checksum]).toEqual([LARGE.byteLength, crc32(LARGE)]);
    expect(large.bytes).toBe(LARGE.byteLength);
    expect(Buffer.compare(readFileSync(file.path), LARGE)).toBe(0);
    expect(statSync(file.path).mode & 0o777).toBe(0o600);
    expect((await wire.ask(`${server.origin}/`)).text()).toBe(SMALL.toString());
    expect(readdirSync(directory)).toHaveLength(1);
  });

  test("stays in memory where the status is refused", async () => {
    await using server = await serve(reply(LARGE, [], "404 Not Found"));
    await using wire = openWire({ spool: spool() });
    expect((await wire.ask(`${server.origin}/`)).body).toBeInstanceOf(Uint8Array);
    expect(readdirSync(directory)).toEqual([]);
  });

  test.each([
    ["cut in transfer", reply(LARGE).subarray(0, -1_000), "E_TRUNCATED"],
    ["cut in its coding", coded("gzip", gzipSync(LARGE).subarray(0, -9)), "E_TRUNCATED"],
    ["damaged in its coding", coded("gzip", gzipSync(LARGE).fill(255, 2_000, 9_000)), "E_DECODE"],
    ["larger than allowed", reply(Buffer.alloc(3 * MIB)), "E_TOO_LARGE"],
    ["a bomb", coded("br", brotliCompressSync(Buffer.alloc(90 * MIB, "ab"))), "E_TOO_LARGE"],
  ])("leaves no file when it is %s", async (_case, bytes, code) => {
    await using server = await startRawServer((socket) => socket.end(bytes));
    await using wire = openWire({ spool: { ...spool(2 * MIB), aboveBytes: 50 } });
    expect((await wire.fail(`${server.origin}/`)).code).toBe(code);
    await expect.poll(() => readdirSync(directory)).toEqual([]);
  });

  test("leaves no file when it is stopped halfway", async () => {
    await using server = await startRawServer((socket) =>
      socket.write(reply(LARGE).subarray(0, -1_000)),
    );
    await using wire = openWire({ spool: spool() });
    const controller = new AbortController();
    const failing = wire.fail(`${server.origin}/`, controller.signal);
    await expect.poll(() => readdirSync(directory)).toHaveLength(1);
    controller.abort();
    expect((await failing).code).toBe("E_ABORTED");
    await expect.poll(() => readdirSync(directory)).toEqual([]);
  });

  test("that cannot be written is a fault of the disk, and the rest of it is not fetched", async () => {
    await using server = await startRawServer((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n\r\n${"x".repeat(5_000)}`);
    });
    await using wire = openWire({ spool: { ...spool(), directory: join(directory, "gone") } });
    const failure = await wire.fail(`${server.origin}/`);
    expect([failure.code, failure.transient]).toEqual(["E_DISK", false]);
    await expect.poll(() => server.open).toBe(0);
  });
});
