import { createHash } from "node:crypto";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";

import { BEGAN_MS, keptRun, type Settled } from "../../test/support/kept-run.ts";
import { temporaryFolder } from "../../test/support/temp.ts";
import { createRequest } from "../core/request.ts";
import type { Task } from "../queue/queue.ts";
import { outcomeRows } from "./outcome-rows.ts";
import { type KeptBodies, warcRecords } from "./warc.ts";

const BODIES: readonly (string | undefined)[] = [undefined, "one\r\n\r\nWARC/1.1", ""];
const bodies: KeptBodies = {
  get: (id) => (BODIES[id] === undefined ? undefined : Buffer.from(BODIES[id])),
};

async function membersOf(settled: readonly Settled[]): Promise<readonly Uint8Array[]> {
  await using folder = await temporaryFolder();
  using run = keptRun(join(folder.path, "run"));
  run.settle(settled);
  async function* tasks(): AsyncGenerator<readonly Task[]> {
    yield settled.map(({ row }) => ({
      row: { number: row, line: row, columns: [], values: [] },
      request: createRequest({ url: `http://a.example/${row}?token=x` }),
    }));
  }
  const about = { version: "9", description: "a\r\nb", run: "r", beganMs: BEGAN_MS, bodies };
  return await Array.fromAsync(warcRecords(outcomeRows(run.store, tasks()), about));
}

/** A record as ISO 28500 has it: version, fields, an empty line, a block of the told length, two line ends. */
function parse(member: Uint8Array): { fields: Map<string, string>; block: Buffer } {
  const bytes = gunzipSync(member);
  const end = bytes.indexOf("\r\n\r\n");
  const [version, ...lines] = bytes.toString("utf8", 0, end).split("\r\n");
  expect(version).toBe("WARC/1.1");
  const fields = new Map(lines.map((line) => line.split(/: (.*)/s) as [string, string]));
  const length = Number(fields.get("Content-Length"));
  const block = bytes.subarray(end + 4, end + 4 + length);
  expect(bytes.toString("latin1", end + 4 + length)).toBe("\r\n\r\n");
  return { fields, block };
}

describe("a WARC file", () => {
  test("is a record per gzip member: where it is from, then each kept answer with its body", async () => {
    const members = await membersOf([{ row: 1, kept: 1 }, { row: 2 }, { row: 3, kept: 2 }]);
    const [info, one, other] = members.map(parse);
    expect(members).toHaveLength(3);
    expect(info!.fields.get("WARC-Type")).toBe("warcinfo");
    expect(info!.block.toString()).toContain("software: fanfetch/9\r\n");
    expect(info!.block.toString()).toContain("description: a b\r\n");
    expect(one!.block.toString()).toBe(BODIES[1]);
    expect(Object.fromEntries(one!.fields)).toMatchObject({
      "WARC-Type": "resource",
      "WARC-Target-URI": "http://a.example/1?token=REDACTED",
      "WARC-Date": new Date(BEGAN_MS + 1000).toISOString(),
      "WARC-Warcinfo-ID": info!.fields.get("WARC-Record-ID"),
    });
    expect(other!.block.byteLength).toBe(0);
  });

  test("has digests that its readers can check", async () => {
    const [, record] = (await membersOf([{ row: 1, kept: 1 }])).map(parse);
    const wanted = createHash("sha1").update(BODIES[1]!).digest();
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const text = record!.fields.get("WARC-Block-Digest")!.replace("sha1:", "");
    const bits = text
      .split("")
      .map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0"));
    expect(bits.join("")).toBe(
      [...wanted].map((byte) => byte.toString(2).padStart(8, "0")).join(""),
    );
  });

  test("is the same, and its records have names of their own, each time it is made", async () => {
    const settled = [1, 2, 3].map((row) => ({ row, kept: 1 }));
    const [first, second] = [await membersOf(settled), await membersOf(settled)];
    expect(first.map((one) => Buffer.from(one).toString("hex"))).toEqual(
      second.map((one) => Buffer.from(one).toString("hex")),
    );
    const ids = first.map((one) => parse(one).fields.get("WARC-Record-ID")!);
    expect(new Set(ids).size).toBe(4);
    for (const id of ids)
      expect(id).toMatch(
        /^<urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}>$/,
      );
  });

  test("names the URL that answered, and leaves duplicates and failures out", async () => {
    const members = await membersOf([
      { row: 1, kept: 1, redirects: ["http://a.example/1"], url: "http://b.example/end" },
      { row: 2, kept: 1, duplicate: true },
      { row: 3, kept: 1, kind: "failed" },
    ]);
    expect(members).toHaveLength(2);
    expect(parse(members[1]!).fields.get("WARC-Target-URI")).toBe("http://b.example/end");
  });

  test("is not made where a kept body has gone", async () => {
    await expect(membersOf([{ row: 7, kept: 9 }])).rejects.toThrow(
      "the kept answer of row 7 is gone",
    );
  });
});
