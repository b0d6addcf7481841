import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { Failure, FAILURE_CODES, type FailureCode } from "../core/failure.ts";
import { createRequest } from "../core/request.ts";
import { HttpResponse } from "../core/response.ts";
import { createRetryPolicy, MOST_REPEATS, type Setback } from "./retry-policy.ts";

const get = createRequest({ url: "http://a.example/" });
const post = createRequest({ url: "http://a.example/", method: "POST" });
const safePost = createRequest({ url: "http://a.example/", method: "POST", idempotent: true });

const policy = createRetryPolicy({ retries: 4, maxRetryAfterMs: 60_000, random: () => 0.5 });
const decide = (setback: Partial<Setback>) =>
  policy.decide({ request: get, attempt: 1, ...setback });
const failureOf = (
  code: FailureCode,
  more: { transient?: boolean; unsent?: boolean; cause?: unknown } = {},
) => new Failure(code, "it failed", { request: get, ...more });

const YES = { action: "retry" };
const free = (delayMs: number) => ({ action: "retry", cost: "free", delayMs });
const no = (reason: string) => ({ action: "give-up", reason });

test("a connection for which this machine had no descriptor left costs nothing, within an end", () => {
  const cause = Object.assign(new Error("full"), { code: "EMFILE" });
  const failure = failureOf("E_CONNECT", { transient: true, unsent: true, cause });
  expect(decide({ failure })).toMatchObject(free(100));
  expect(decide({ failure, repeats: 50 })).toMatchObject(free(800));
  expect(decide({ failure, request: post })).toMatchObject(free(100));
  expect(decide({ failure, repeats: MOST_REPEATS })).toMatchObject({ ...YES, cost: "attempt" });
  expect(decide({ failure, repeats: MOST_REPEATS, attempt: 5 })).toEqual(no("retries-used"));
  const several = failureOf("E_CONNECT", {
    transient: true,
    unsent: true,
    cause: new AggregateError([cause]),
  });
  expect(decide({ failure: several })).toMatchObject(free(100));
});

describe("statuses", () => {
  test.each([408, 425, 500, 502, 503, 504])("%i is asked again", (status) => {
    expect(decide({ status })).toMatchObject({
      ...YES,
      cost: "attempt",
      reason: `status ${status}`,
    });
  });

  test("429 costs no attempt, and waits longer each time", () => {
    expect(decide({ status: 429 })).toMatchObject(free(100));
    expect(decide({ status: 429, repeats: 3 })).toMatchObject(free(800));
    expect(decide({ status: 429, repeats: 100 })).toEqual(no("held-too-often"));
  });

  test("503 of a host that accepts others costs no attempt four times", () => {
    expect(decide({ status: 503, isHostAtWork: true, repeats: 3 })).toMatchObject(free(800));
    expect(decide({ status: 503, isHostAtWork: true, repeats: 4 })).toMatchObject({
      cost: "attempt",
    });
  });

  test("a host that was given up is not asked again", () => {
    expect(decide({ status: 502, host: "given up" })).toEqual(no("host-given-up"));
    expect(decide({ status: 502, host: "paused" })).toMatchObject({ cost: "attempt" });
  });

  test.each([200, 304, 400, 401, 403, 404, 405, 409, 410, 413, 422, 451, 501, 505, 511, 999])(
    "%i is final",
    (status) => {
      expect(decide({ status })).toEqual(no("not-retryable"));
      expect(decide({ status, retryAfterMs: 1 })).toEqual(no("not-retryable"));
    },
  );

  test.each([408, 500, 502, 503, 504])(
    "%i does not repeat what may have had an effect",
    (status) => {
      expect(decide({ status, request: post })).toEqual(no("may-have-happened"));
      expect(decide({ status, request: safePost })).toMatchObject(YES);
    },
  );

  test("a refusal in words repeats whatever the method is", () => {
    expect(decide({ status: 425, request: post })).toMatchObject(YES);
    expect(decide({ status: 429, request: post })).toMatchObject(YES);
    expect(decide({ status: 503, request: post, retryAfterMs: 10 })).toMatchObject(YES);
    expect(decide({ status: 500, request: post, retryAfterMs: 10 })).toEqual(
      no("may-have-happened"),
    );
  });

  test("a status that was refused as E_STATUS is judged as that status", () => {
    const response = new HttpResponse({
      url: get.url,
      status: 503,
      headers: {},
      body: new Uint8Array(),
      wireBytes: 0,
      timing: {
        dnsMs: null,
        connectMs: null,
        tlsMs: null,
        firstByteMs: 1,
        totalMs: 1,
        reused: true,
      },
      protocol: "http/1.1",
    });
    const failure = new Failure("E_STATUS", "status 503", { request: get, response });
    expect(decide({ failure })).toMatchObject({ ...YES, reason: "status 503" });
    expect(decide({ failure, retryAfterMs: 5000 })).toMatchObject(free(5000));
  });
});

describe("Retry-After", () => {
  test.each([429, 503])(
    "a %i that names its wait costs no attempt and waits as asked",
    (status) => {
      for (const attempt of [1, 4, 5]) {
        expect(decide({ status, attempt, retryAfterMs: 7000 })).toMatchObject(free(7000));
      }
    },
  );

  test("other statuses wait as asked, at the cost of an attempt", () => {
    expect(decide({ status: 502, retryAfterMs: 7000 })).toMatchObject({
      cost: "attempt",
      delayMs: 7000,
    });
    expect(decide({ status: 502, attempt: 5, retryAfterMs: 7000 })).toEqual(no("retries-used"));
  });

  test("a longer wait is cut to the longest that is made", () => {
    expect(decide({ status: 429, retryAfterMs: 60_000 })).toMatchObject(free(60_000));
    expect(decide({ status: 429, retryAfterMs: 1e15 })).toMatchObject(free(60_000));
    expect(decide({ status: 502, retryAfterMs: 1e15 })).toMatchObject({ delayMs: 60_000 });
  });

  test("a server that asks to come back at once is not asked at full speed", () => {
    expect(decide({ status: 429, retryAfterMs: 0 })).toMatchObject(free(100));
    expect(decide({ status: 429, retryAfterMs: 0, repeats: 3 })).toMatchObject(free(800));
  });

  test("patience ends", () => {
    expect(decide({ status: 429, retryAfterMs: 1, repeats: MOST_REPEATS - 1 })).toMatchObject(YES);
    expect(decide({ status: 429, retryAfterMs: 1, repeats: MOST_REPEATS })).toEqual(
      no("held-too-often"),
    );
  });
});

describe("failures", () => {
  test("a transient one is sent again where that does no harm", () => {
    const failure = failureOf("E_TRUNCATED", { transient: true });
    expect(decide({ failure })).toMatchObject({ ...YES, cost: "attempt", reason: "E_TRUNCATED" });
    expect(decide({ failure, request: safePost })).toMatchObject(YES);
    expect(decide({ failure, request: post })).toEqual(no("may-have-happened"));
  });

  test("one before the server can have seen the request is sent again whatever the method", () => {
    const failure = failureOf("E_CONNECT", { transient: true, unsent: true });
    expect(decide({ failure, request: post })).toMatchObject({ ...YES, cost: "attempt" });
  });

  test("the first loss of an idle connection is free, the next counts", () => {
    const failure = failureOf("E_RESET", { transient: true, unsent: true });
    expect(decide({ failure, request: post, attempt: 5 })).toMatchObject(free(0));
    expect(decide({ failure, repeats: 1 })).toMatchObject({ ...YES, cost: "attempt" });
    expect(decide({ failure, repeats: 1, attempt: 5 })).toEqual(no("retries-used"));
  });

  test("a name that does not exist is looked up once more, one that could not be asked four times", () => {
    const missing = failureOf("E_DNS", {
      transient: true,
      cause: Object.assign(new Error(), { code: "ENOTFOUND" }),
    });
    expect(decide({ failure: missing })).toMatchObject(YES);
    expect(decide({ failure: missing, request: post })).toMatchObject(YES);
    expect(decide({ failure: missing, attempt: 2 })).toEqual(no("retries-used"));
    const down = failureOf("E_DNS", {
      transient: true,
      cause: Object.assign(new Error(), { code: "EAI_AGAIN" }),
    });
    expect(decide({ failure: down, attempt: 4 })).toMatchObject(YES);
    expect(decide({ failure: down, attempt: 5 })).toEqual(no("retries-used"));
  });

  test.each(FAILURE_CODES.filter((code) => code !== "E_DNS"))(
    "%s that is not transient is final",
    (code) => {
      expect(decide({ failure: failureOf(code) })).toEqual(no("not-retryable"));
    },
  );
});

test("retries 4 is five sends in all, retries 0 is one, whatever the server says", () => {
  expect(decide({ status: 503, attempt: 4 })).toMatchObject(YES);
  expect(decide({ status: 503, attempt: 5 })).toEqual(no("retries-used"));
  const once = createRetryPolicy({ retries: 0, maxRetryAfterMs: 60_000, random: () => 0 });
  expect(once.decide({ request: get, attempt: 1, status: 429, retryAfterMs: 1 })).toEqual(
    no("retries-used"),
  );
  const failure = failureOf("E_RESET", { transient: true, unsent: true });
  expect(once.decide({ request: get, attempt: 1, failure })).toEqual(no("retries-used"));
});

test("waits are a uniform share of 200 ms doubling to 30 s", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2000 }),
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      (attempt, share) => {
        const patient = createRetryPolicy({
          retries: 2000,
          maxRetryAfterMs: 0,
          random: () => share,
        });
        const ceiling = Math.min(30_000, 200 * 2 ** (attempt - 1));
        expect(patient.decide({ request: get, attempt, status: 500 })).toMatchObject({
          delayMs: share * ceiling,
        });
      },
    ),
  );
});

test("wrong options are refused", () => {
  const random = () => 0;
  expect(() => createRetryPolicy({ retries: -1, maxRetryAfterMs: 0, random })).toThrow(RangeError);
  expect(() => createRetryPolicy({ retries: 1.5, maxRetryAfterMs: 0, random })).toThrow(RangeError);
  expect(() => createRetryPolicy({ retries: 1, maxRetryAfterMs: NaN, random })).toThrow(RangeError);
});
