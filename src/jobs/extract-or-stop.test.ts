import { expect, test } from "vitest";

import { createCall } from "../core/call.ts";
import { DiskError } from "../core/disk-error.ts";
import { Failure, type FailureCode } from "../core/failure.ts";
import type { Outcome } from "../core/outcome.ts";
import { createRequest } from "../core/request.ts";
import { extractOrStop } from "./extract-or-stop.ts";

const request = createRequest({ url: "http://a.example/" });
const row = { number: 1, line: 1, columns: [], values: [] };

function failed(code: FailureCode): Outcome {
  const cause = Object.assign(new Error("full"), { code: "ENOSPC", errno: -28 });
  const failure = new Failure(code, "it failed", { request, cause });
  return { kind: "failed", request, failure, call: createCall() };
}

test("an answer that the disk did not take stops the run; any other failure is its row's", () => {
  const extract = extractOrStop((_task, outcome) => ({
    outcome,
    record: { columns: [], values: [] },
  }));
  const task = { row, request };
  const outcome = failed("E_RESET");
  expect(extract(task, outcome).outcome).toBe(outcome);
  expect(() => extract(task, failed("E_DISK"))).toThrow(
    new DiskError("cannot write an answer: no space left on device"),
  );
});
