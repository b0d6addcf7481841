import { describe, expect, test } from "vitest";

import { createCall } from "../core/call.ts";
import type { Outcome } from "../core/outcome.ts";
import { createRequest } from "../core/request.ts";
import { HttpResponse } from "../core/response.ts";
import { compileSelector } from "../formats/selector.ts";
import { extractPicks, type PickedColumn } from "./extract-picks.ts";

const request = createRequest({ url: "http://a.test/" });

function answered(body: string): Outcome {
  const response = new HttpResponse({
    url: request.url,
    status: 200,
    headers: {},
    body: Buffer.from(body),
    wireBytes: body.length,
    protocol: "http/1.1",
    timing: {
      dnsMs: null,
      connectMs: null,
      tlsMs: null,
      firstByteMs: null,
      totalMs: 1,
      reused: true,
    },
  });
  return { kind: "answered", request, response, call: createCall() };
}

async function picked(name: string): Promise<PickedColumn> {
  return { name, selector: await compileSelector("x") };
}

describe("a record", () => {
  test("has each column once, where the table has what an earlier command wrote", async () => {
    const extract = extractPicks({ picks: [await picked("name")], meta: "with meta" });
    const row = {
      ...{ number: 1, line: 2 },
      columns: ["_error", "name", "_status", "note"],
      values: ["E_TIMEOUT no answer in time", "Ada", "503", "n"],
    };
    const { record } = extract({ row, request }, answered('{"x":"Grace"}'));
    expect(record).toEqual({
      columns: ["_error", "name", "_status", "note"],
      values: [null, "Grace", 200, "n"],
    });
  });

  test.each(["_status", "_error"])(
    "has %s of its own, which nothing is picked into",
    async (name) => {
      const picks = [await picked(name)];
      expect(() => extractPicks({ picks, meta: "with meta" })).toThrow(
        /already; pick under another/,
      );
      extractPicks({ picks, meta: "no meta" });
    },
  );
});
