import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";

import { expect, test } from "vitest";

import { readWarc } from "../../test/support/read-warc.ts";
import { temporaryFolder } from "../../test/support/temp.ts";
import { createCall } from "../core/call.ts";
import { DiskError } from "../core/disk-error.ts";
import { Failure } from "../core/failure.ts";
import type { Outcome } from "../core/outcome.ts";
import { createRequest } from "../core/request.ts";
import { HttpResponse, type ResponseParts } from "../core/response.ts";
import type { ByteOutput } from "./byte-output.ts";
import type { OutputRecord } from "./sink.ts";
import { createWarcSink, type WarcSinkOptions } from "./warc-sink.ts";

const INFO = { version: "9", description: "a\r\nb", run: "r", beganMs: 0 };

/** An output in memory that a test can let refuse. */
function createTestOutput(): ByteOutput & { bytes: Buffer; refuses: boolean; state: string } {
  return {
    kind: "file",
    bytes: Buffer.alloc(0),
    refuses: false,
    state: "open",
    async write(bytes) {
      if (this.refuses) throw new DiskError("full");
      this.bytes = Buffer.concat([this.bytes, bytes]);
    },
    async sync() {},
    async close() {
      this.state = "closed";
    },
    async abandon() {
      this.state = "abandoned";
    },
  };
}

function sinkOf(output: ByteOutput, more: Partial<WarcSinkOptions> = {}) {
  return createWarcSink(output, { compression: "gzip", info: INFO, marks: "kept", ...more });
}

function response(parts: Partial<ResponseParts> = {}): HttpResponse {
  return new HttpResponse({
    url: "http://a.example/",
    status: 200,
    headers: { "content-type": "text/plain" },
    body: Buffer.from("body"),
    wireBytes: 4,
    protocol: "http/1.1",
    remoteAddress: "192.0.2.1",
    timing: {
      ...{ dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: 1, totalMs: 1, reused: false },
    },
    ...parts,
  });
}

function answered(path: string, parts: Partial<ResponseParts> = {}): OutputRecord {
  const request = createRequest({ url: `http://a.example${path}` });
  const outcome: Outcome = {
    ...{ kind: "answered", request, call: createCall() },
    response: response({ url: request.url, ...parts }),
  };
  return { columns: ["outcome"], values: [outcome] };
}

async function written(records: readonly OutputRecord[], more: Partial<WarcSinkOptions> = {}) {
  const output = createTestOutput();
  await using sink = sinkOf(output, more);
  for (const [index, record] of records.entries()) await sink.write(record, index + 1);
  await sink.close();
  return readWarc(output.bytes);
}

test("an answer is a response and its request, below one warcinfo", async () => {
  const [info, came, asked] = await written([answered("/x")]);
  expect(info!.type).toBe("warcinfo");
  expect(info!.block.toString()).toContain("description: a b\r\n");
  expect(came!.type).toBe("response");
  expect(came!.head).toBe("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 4");
  expect(came!.payload.toString()).toBe("body");
  expect(Object.fromEntries(came!.fields)).toMatchObject({
    "WARC-Target-URI": "http://a.example/x",
    "WARC-IP-Address": "192.0.2.1",
    "WARC-Warcinfo-ID": info!.fields.get("WARC-Record-ID"),
  });
  expect(asked!.head).toBe("GET /x HTTP/1.1\r\nhost: a.example");
  expect(asked!.fields.get("WARC-Concurrent-To")).toBe(came!.fields.get("WARC-Record-ID"));
});

test("digests are those of what stands there", async () => {
  const [, came] = await written([answered("/x")]);
  const hex = (digest: string | undefined): string => {
    const bits = digest!
      .replace("sha1:", "")
      .split("")
      .map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter))
      .map((value) => value.toString(2).padStart(5, "0"))
      .join("");
    return (bits.match(/.{4}/g) ?? [])
      .map((four) => Number.parseInt(four, 2).toString(16))
      .join("");
  };
  const sha1 = (bytes: Buffer): string => createHash("sha1").update(bytes).digest("hex");
  expect(hex(came!.fields.get("WARC-Payload-Digest"))).toBe(sha1(Buffer.from("body")));
  expect(hex(came!.fields.get("WARC-Block-Digest"))).toBe(sha1(came!.block));
});

test("an equal body is a revisit that names where it was written; two empty ones are not equal", async () => {
  const empty = { body: Buffer.alloc(0) };
  const records = await written([
    ...[answered("/1"), answered("/2"), answered("/3", empty), answered("/4", empty)],
  ]);
  const came = records.filter(({ type }) => type === "response" || type === "revisit");
  expect(came.map(({ type }) => type)).toEqual(["response", "revisit", "response", "response"]);
  const [first, again] = came;
  expect(again!.payload.byteLength).toBe(0);
  expect(Object.fromEntries(again!.fields)).toMatchObject({
    "WARC-Refers-To": first!.fields.get("WARC-Record-ID"),
    "WARC-Refers-To-Target-URI": "http://a.example/1",
    "WARC-Refers-To-Date": first!.fields.get("WARC-Date"),
    "WARC-Payload-Digest": first!.fields.get("WARC-Payload-Digest"),
    "WARC-Profile": "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
  });
});

test("redirects stand before the answer that they led to, bodies as they were sent", async () => {
  const from = createRequest({ url: "http://a.example/from" });
  const to = createRequest({ url: "http://b.example/to" });
  const gone = response({
    ...{ url: from.url, status: 302, body: Buffer.from("\u001f\u008b", "latin1") },
    headers: { location: "/to?token=x", "content-encoding": "gzip" },
  });
  const record = answered("/from", {
    ...{ url: to.url, request: to, redirects: [from.url] },
    hops: [{ request: from, response: gone }],
  });
  const records = (await written([record])).filter(({ type }) => type !== "warcinfo");
  const targets = records.map(({ fields }) => fields.get("WARC-Target-URI"));
  expect(targets).toEqual([from.url, from.url, to.url, to.url]);
  expect(records[0]!.head).toContain("location: /to?token=REDACTED\r\ncontent-encoding: gzip");
});

test("secrets are left out: fields of both sides, and values in URLs", async () => {
  const request = createRequest({
    url: "http://a.example/?key=k1&page=2",
    headers: ["authorization", "Bearer s1", "x-ours", "yes"],
    secretHeaders: ["authorization"],
  });
  const outcome: Outcome = {
    ...{ kind: "answered", request, call: createCall() },
    response: response({ headers: { "set-cookie": "sid=s1", etag: '"e"' } }),
  };
  const records = await written([{ columns: ["outcome"], values: [outcome] }]);
  const all = records.map(({ fields, block }) => `${[...fields].join()}${block.toString()}`).join();
  expect(all).toContain("x-ours: yes");
  expect(all).toContain('etag: "e"');
  expect(all).toContain("GET /?key=REDACTED&page=2 HTTP/1.1");
  expect(all).not.toMatch(/s1|k1/);
});

test("a decoded body says under other names how it came", async () => {
  const headers = {
    ...{ "content-encoding": "gzip", "content-length": "24", "transfer-encoding": "chunked" },
  };
  const [, came] = await written([answered("/x", { headers })]);
  expect(came!.head.split("\r\n").slice(1)).toEqual([
    "x-orig-content-encoding: gzip",
    "x-orig-content-length: 24",
    "x-orig-transfer-encoding: chunked",
    "content-length: 4",
  ]);
});

test("a field that came over HTTP/2 begins no line of its own", async () => {
  const [, came] = await written([answered("/x", { headers: { a: "b\r\nevil: yes" } })]);
  expect(came!.head).toContain("a: b  evil: yes");
});

test("a body in a file is read and removed, or left where it was saved", async () => {
  await using folder = await temporaryFolder();
  const bytes = Buffer.from("large ".repeat(100_000));
  const [spooled, saved] = [join(folder.path, "1.part"), join(folder.path, "saved.bin")];
  for (const path of [spooled, saved]) await writeFile(path, bytes);
  const body = { path: spooled, bytes: bytes.byteLength };
  const other = { path: join(folder.path, "was-moved.part"), bytes: bytes.byteLength };
  const records = await written([
    answered("/1", { body }),
    { ...answered("/2", { body: other }), savedAt: saved },
  ]);
  const [, one, , two] = records;
  expect(one!.payload.equals(bytes)).toBe(true);
  expect(two!.type).toBe("revisit");
  expect([existsSync(spooled), existsSync(saved)]).toEqual([false, true]);
});

test("refused answers are written too; no answer, and one to an equal question, are not", async () => {
  const request = createRequest({ url: "http://a.example/no" });
  const refused = new Failure("E_STATUS", "status 404", {
    request,
    response: response({ url: request.url, status: 404 }),
  });
  const none = new Failure("E_DNS", "no address", { request });
  const copy = { ...createCall(), duplicate: true };
  const failed = (failure: Failure, call = createCall()): OutputRecord => {
    const outcome: Outcome = { kind: "failed", request, failure, call };
    return { columns: ["outcome"], values: [outcome] };
  };
  const records = await written([failed(refused), failed(none), failed(refused, copy)]);
  expect(records.map(({ type }) => type)).toEqual(["warcinfo", "response", "request"]);
  expect(records[1]!.head).toContain("HTTP/1.1 404 Not Found");
});

test("a mark stands behind whole records, and another archive goes on from there", async () => {
  const output = createTestOutput();
  const first = sinkOf(output);
  void first.write(answered("/1"), 1);
  const mark = await first.commit();
  expect(mark).toMatchObject({ rows: [1], held: [] });
  expect(mark.standing).toMatchObject({
    ...{ bytes: output.bytes.byteLength, checksum: crc32(output.bytes) },
  });
  void first.write(answered("/lost"), 2);
  await first.close();
  output.bytes = output.bytes.subarray(0, mark.standing!.bytes);
  const second = sinkOf(output, { standing: mark.standing });
  void second.write(answered("/2"), 2);
  expect((await second.close()).rows).toEqual([2]);
  const records = readWarc(output.bytes);
  expect(records.map(({ type }) => type)).toEqual([
    ...["warcinfo", "response", "request", "response", "request"],
  ]);
  const infoName = records[0]!.fields.get("WARC-Record-ID");
  expect(records.at(-1)!.fields.get("WARC-Warcinfo-ID")).toBe(infoName);
});

test("after a refusal of the disk no row is in a mark, and everyone hears of it", async () => {
  const output = createTestOutput();
  output.refuses = true;
  const sink = sinkOf(output);
  void sink.write(answered("/1"), 1);
  await expect(sink.commit()).rejects.toThrow("full");
  expect(() => sink.write(answered("/2"), 2)).toThrow("full");
  await expect(sink.close()).rejects.toThrow("full");
  expect(output.state).toBe("abandoned");
});

test("one that took nothing leaves everything as it was, or is an archive of nothing", async () => {
  const untouched = createTestOutput();
  await sinkOf(untouched)[Symbol.asyncDispose]();
  expect([untouched.state, untouched.bytes.byteLength]).toEqual(["abandoned", 0]);
  expect((await written([])).map(({ type }) => type)).toEqual(["warcinfo"]);
});
