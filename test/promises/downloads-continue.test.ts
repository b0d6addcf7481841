import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

import { fanfetch } from "../support/cli.ts";
import { temporaryFolder } from "../support/temp.ts";

const SIZE = 3_000_000;
const PDF = Buffer.concat([Buffer.from("%PDF-1.4\n"), randomBytes(SIZE - 9)]);

function randomBytes(size: number): Buffer {
  const pieces: Buffer[] = [];
  for (let index = 0; index * 32 < size; index += 1) {
    pieces.push(createHash("sha256").update(`piece ${index}`).digest());
  }
  return Buffer.concat(pieces).subarray(0, size);
}

type Play = (request: IncomingMessage, response: ServerResponse, times: number) => void;

/** A server with one page and one file; `play` answers for the file the given time. */
async function startServer(play: Play) {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    if (request.url === "/robots.txt") return void response.writeHead(404).end();
    if (request.url === "/") {
      response.writeHead(200, { "content-type": "text/html" });
      return void response.end('<a href="big.pdf">Big</a>');
    }
    ranges.push(request.headers.range);
    play(request, response, ranges.length);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ranges,
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers as a server with ranges does, of the file that has this tag. */
function send(request: IncomingMessage, response: ServerResponse, etag = '"one"'): void {
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
  const isSame = request.headers["if-range"] === undefined || request.headers["if-range"] === etag;
  const first = range !== null && isSame ? Number(range[1]) : 0;
  const body = PDF.subarray(first);
  response.writeHead(range !== null && isSame ? 206 : 200, {
    ...{ "content-type": "application/pdf", "content-length": body.length, etag },
    ...(range !== null && isSame ? { "content-range": `bytes ${first}-${SIZE - 1}/${SIZE}` } : {}),
  });
  response.end(body);
}

/** Sends a part of the file and leaves the rest out; `end` tells what then becomes of the connection. */
function sendPart(response: ServerResponse, end: "is cut" | "stays open"): void {
  response.writeHead(200, {
    ...{ "content-type": "application/pdf", "content-length": SIZE, etag: '"one"' },
  });
  response.write(PDF.subarray(0, 2_000_000), () => {
    if (end === "is cut") setTimeout(() => response.destroy(), 50);
  });
}

const crawl = (url: string, ...more: readonly string[]) =>
  fanfetch("crawl", url, "--download", "a", "-o", "out/", ...more);

test("a download that was cut goes on where it was, and is whole", async () => {
  await using server = await startServer((request, response, times) =>
    times === 1 ? sendPart(response, "is cut") : send(request, response),
  );
  await using folder = await temporaryFolder();
  expect(await crawl(server.url).in(folder)).toMatchObject({ exitCode: 0 });
  expect(server.ranges.length).toBe(2);
  const first = Number(/^bytes=(\d+)-$/.exec(server.ranges[1] ?? "")?.[1]);
  expect(first).toBeGreaterThan(1_000_000);
  expect((await readFile(join(folder.path, "out/big.pdf"))).equals(PDF)).toBe(true);
  expect(await fanfetch("verify").in(folder)).toMatchObject({ exitCode: 0 });
  expect((await folder.names()).filter((name) => /part|head/.test(name))).toEqual([]);
});

test("a download that a kill interrupted goes on after it", async () => {
  const halfway = Promise.withResolvers<void>();
  await using server = await startServer((request, response, times) => {
    if (times > 1) return send(request, response);
    sendPart(response, "stays open");
    halfway.resolve();
  });
  await using folder = await temporaryFolder();
  const written = halfway.promise.then(() => untilLarge(folder));
  const killed = await crawl(server.url).in(folder).kill("SIGKILL").after(written);
  expect(killed.signal).toBe("SIGKILL");
  expect(await fanfetch("resume").in(folder)).toMatchObject({ exitCode: 0 });
  expect(Number(/^bytes=(\d+)-$/.exec(server.ranges[1] ?? "")?.[1])).toBeGreaterThan(1_000_000);
  expect((await readFile(join(folder.path, "out/big.pdf"))).equals(PDF)).toBe(true);
  expect((await folder.names()).filter((name) => /part|head/.test(name))).toEqual([]);
});

test("a file that changed meanwhile begins anew; bytes of two files are never joined", async () => {
  await using server = await startServer((request, response, times) =>
    times === 1 ? sendPart(response, "is cut") : send(request, response, '"two"'),
  );
  await using folder = await temporaryFolder();
  expect(await crawl(server.url).in(folder)).toMatchObject({ exitCode: 0 });
  expect((await readFile(join(folder.path, "out/big.pdf"))).equals(PDF)).toBe(true);
});

test("a range of other bytes than it says is not joined", async () => {
  await using server = await startServer((request, response, times) => {
    if (times === 1) return sendPart(response, "is cut");
    if (request.headers.range === undefined) return send(request, response);
    const first = Number(/^bytes=(\d+)-$/.exec(request.headers.range)![1]);
    response.writeHead(206, {
      ...{ "content-type": "application/pdf", etag: '"one"' },
      ...{ "content-length": SIZE - first, "content-range": `bytes ${first}-${SIZE - 1}/${SIZE}` },
    });
    response.end(Buffer.alloc(SIZE - first, "x"));
  });
  await using folder = await temporaryFolder();
  expect(await crawl(server.url).in(folder)).toMatchObject({ exitCode: 0 });
  expect(server.ranges.length).toBe(3);
  expect((await readFile(join(folder.path, "out/big.pdf"))).equals(PDF)).toBe(true);
});

/** Resolves once a part of the file is on the disk. */
async function untilLarge(folder: { readonly path: string }): Promise<void> {
  const { readdir, stat } = await import("node:fs/promises");
  for (;;) {
    const names = await readdir(join(folder.path, ".fanfetch"), { recursive: true });
    for (const name of names.filter((one) => one.endsWith(".part"))) {
      const { size } = await stat(join(folder.path, ".fanfetch", name));
      if (size > 1_500_000) return;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
