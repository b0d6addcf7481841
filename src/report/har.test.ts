import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { BEGAN_MS, keptRun, type Settled } from "../../test/support/kept-run.ts";
import { temporaryFolder } from "../../test/support/temp.ts";
import { createRequest, refusedRequest } from "../core/request.ts";
import type { Task } from "../queue/queue.ts";
import { harText } from "./har.ts";
import { outcomeRows } from "./outcome-rows.ts";

interface Har {
  readonly log: { readonly entries: readonly Record<string, Record<string, unknown>>[] };
}

async function harOf(
  settled: readonly Settled[],
  refused: readonly number[] = [],
  /** Header fields that were kept of the first row's answer. */
  headers?: object,
): Promise<Har> {
  await using folder = await temporaryFolder();
  using run = keptRun(join(folder.path, "run"));
  run.settle(settled);
  if (headers !== undefined) {
    const detail = JSON.stringify({ url: "http://a.example/1", headers });
    run.store.database.prepare("INSERT INTO detail VALUES (1, ?)").run(detail);
  }
  async function* tasks(): AsyncGenerator<readonly Task[]> {
    yield settled.map(({ row }) => ({
      row: { number: row, line: row, columns: [], values: [] },
      request: refused.includes(row)
        ? refusedRequest("nonsense", "is no URL")
        : createRequest({ url: `http://a.example/x?n=${row}&key=s3cret&t=a+b`, body: "né" }),
    }));
  }
  const pieces = harText(outcomeRows(run.store, tasks()), { version: "9", comment: 't "x"' });
  return JSON.parse((await Array.fromAsync(pieces)).join("")) as Har;
}

const text = "string";
const number = "number";
const MESSAGE = {
  httpVersion: text,
  cookies: [],
  headers: [],
  headersSize: number,
  bodySize: number,
};

/** What HAR 1.2 requires of a log, field by field. */
const SHAPE = { log: { version: text, creator: { name: text, version: text }, entries: [] } };
const ENTRY = {
  startedDateTime: text,
  time: number,
  request: { method: text, url: text, queryString: [], ...MESSAGE },
  response: {
    status: number,
    statusText: text,
    content: { size: number, mimeType: text },
    redirectURL: text,
    ...MESSAGE,
  },
  cache: {},
  timings: { send: number, wait: number, receive: number },
};

/** Fields that a value lacks or has of another type. */
function faults(value: unknown, shape: unknown, path = "har"): readonly string[] {
  if (typeof shape === "string") return typeof value === shape ? [] : [`${path} is no ${shape}`];
  if (Array.isArray(shape)) return Array.isArray(value) ? [] : [`${path} is no list`];
  if (typeof value !== "object" || value === null) return [`${path} is no object`];
  return Object.entries(shape as object).flatMap(([name, part]) =>
    faults((value as Record<string, unknown>)[name], part, `${path}.${name}`),
  );
}

describe("a HAR", () => {
  test("has every field that HAR 1.2 requires", async () => {
    const har = await harOf([
      { row: 1 },
      { row: 2, kind: "failed", code: "E_TIMEOUT", message: "late" },
    ]);
    expect(faults(har, SHAPE)).toEqual([]);
    expect(har.log).toMatchObject({ version: "1.2", comment: 't "x"' });
    expect(har.log.entries).toHaveLength(2);
    for (const entry of har.log.entries) expect(faults(entry, ENTRY)).toEqual([]);
    expect(har.log.entries[1]).toMatchObject({ _error: "E_TIMEOUT", comment: "late", _row: 2 });
  });

  test("finds fault with a log that lacks something, so that finding none means something", async () => {
    const { log } = await harOf([{ row: 1 }]);
    const { timings: _, ...entry } = log.entries[0]!;
    expect(faults(entry, ENTRY)).toEqual(["har.timings is no object"]);
  });

  test("has phases that sum up to the time of the entry, with -1 for what did not happen", async () => {
    const settled = [
      { row: 1, queuedMs: 7, heldMs: 4, totalMs: 50 },
      { row: 2, kind: "failed" as const, totalMs: 30 },
    ];
    const [answered, failed] = (await harOf(settled)).log.entries;
    expect(answered!["timings"]).toEqual({
      ...{ blocked: 11, dns: 2, connect: 8, ssl: 5, send: 0, wait: 10, receive: 30 },
    });
    expect(answered!["time"]).toBe(61);
    expect(answered!["startedDateTime"]).toBe(new Date(BEGAN_MS + 1000 - 61).toISOString());
    expect(failed!["timings"]).toEqual({
      ...{ blocked: 0, dns: -1, connect: -1, ssl: -1, send: 0, wait: 30, receive: 0 },
    });
    expect(failed!["response"]).toMatchObject({ status: 0 });
  });

  test("tells of the request without its secrets", async () => {
    const [entry] = (await harOf([{ row: 1 }])).log.entries;
    expect(entry!["request"]).toMatchObject({
      url: "http://a.example/x?n=1&key=REDACTED&t=a+b",
      queryString: [
        { name: "n", value: "1" },
        { name: "key", value: "REDACTED" },
        { name: "t", value: "a b" },
      ],
      bodySize: 3,
    });
  });

  test("has no entry where no request of the row's own was made", async () => {
    const refusal = { row: 2, kind: "failed" as const, code: "E_URL" as const };
    expect((await harOf([{ row: 1, duplicate: true }, refusal], [2])).log.entries).toEqual([]);
  });

  test("has the header fields that were kept, and the media type, secrets left out", async () => {
    const headers = {
      "content-type": "text/html",
      link: ["</a>", "</b>"],
      location: "/next?token=s3cret",
    };
    const { response } = (await harOf([{ row: 1 }], [], headers)).log.entries[0]!;
    expect(response).toMatchObject({
      content: { mimeType: "text/html" },
      headers: [
        { name: "content-type", value: "text/html" },
        { name: "link", value: "</a>" },
        { name: "link", value: "</b>" },
        { name: "location", value: "/next?token=REDACTED" },
      ],
    });
  });
});
