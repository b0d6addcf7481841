import { Writable } from "node:stream";

import { expect, test } from "vitest";

import { ClosedPipe, type OutputRecord } from "./sink.ts";
import { openTableSink } from "./table-sink.ts";

const record = (a: unknown): OutputRecord => ({ columns: ["a"], values: [a] });

test("a stream stays open and has no listener left", async () => {
  let text = "";
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  const listeners = stream.listenerCount("error") + stream.listenerCount("close");
  const sink = await openTableSink({ kind: "stream", stream }, { format: "csv" });
  void sink.write(record(1), 1);
  await sink.close();
  expect(text).toBe("a\n1\n");
  expect(stream.writableEnded || stream.destroyed).toBe(false);
  expect(stream.listenerCount("error") + stream.listenerCount("close")).toBe(listeners);
});

test("a reader that has gone is no fault of the disk, and its late error is heard", async () => {
  const stream = new Writable({
    write(_chunk, _encoding, done) {
      done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
    },
  });
  const sink = await openTableSink({ kind: "stream", stream }, { format: "jsonl" });
  void sink.write(record(1), 1);
  await expect(sink.commit()).rejects.toBeInstanceOf(ClosedPipe);
  expect(() => sink.write(record(2), 2)).toThrow(ClosedPipe);
  await sink[Symbol.asyncDispose]();
});

test("a stream destroyed while it holds a record is a reader that has gone", async () => {
  const stream = new Writable({ write() {} });
  const sink = await openTableSink({ kind: "stream", stream }, { format: "jsonl" });
  void sink.write(record(1), 1);
  const committed = sink.commit();
  stream.destroy();
  await expect(committed).rejects.toBeInstanceOf(ClosedPipe);
});
