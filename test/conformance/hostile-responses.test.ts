import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { createDocument } from "../../src/formats/document.ts";
import { JsonError } from "../../src/formats/json.ts";
import {
  type FailureCode,
  openSession,
  type Outcome,
  type SessionOptions,
} from "../../src/index.ts";
import { startRawServer } from "../support/raw-server.ts";
import type { RawStep } from "../support/raw-steps.ts";
import { withSuite } from "./suites.ts";

/** A case of the suite: what the server writes, and what must come of it. */
interface Case {
  readonly id: string;
  readonly steps: readonly RawStep[];
  readonly must: {
    readonly outcome: string;
    readonly retry?: boolean;
    readonly status?: number;
    readonly body?: string;
    readonly bodyLen?: number;
    readonly connectionReuse?: boolean;
    readonly maxCpuMs?: number;
    readonly maxRssGrowthMB?: number;
  };
}

/** What the suite's classes are in our one union of codes. */
const CODES: Readonly<Record<string, readonly FailureCode[]>> = {
  RESET: ["E_RESET"],
  // Nothing of an answer came: for the user the same as a reset.
  CLOSED_EARLY: ["E_RESET"],
  TRUNCATED: ["E_TRUNCATED"],
  PROTOCOL: ["E_PROTOCOL"],
  HEADERS_TOO_LARGE: ["E_PROTOCOL"],
  BODY_TOO_LARGE: ["E_TOO_LARGE"],
  TIMEOUT_HEADERS: ["E_TIMEOUT"],
  TIMEOUT_BODY_IDLE: ["E_TIMEOUT"],
  TIMEOUT_TOTAL: ["E_TIMEOUT"],
  // The total deadline ends what is too slow.
  TOO_SLOW: ["E_TIMEOUT"],
  DECODE: ["E_DECODE"],
  DECODE_UNSUPPORTED: ["E_DECODE"],
  // A body whose coding ends early is as cut as one whose bytes are missing, and retried as such.
  DECODE_TRUNCATED: ["E_TRUNCATED"],
};

/** Where we differ from the suite, and why. */
const EXCEPTIONS: Readonly<
  Record<string, { readonly outcome: FailureCode | "answered"; readonly why: string }>
> = {
  "endless-1xx": {
    outcome: "E_PROTOCOL",
    why: "a flood of interim answers is refused as soon as it is one, before any deadline",
  },
  "trailer-flood": {
    outcome: "answered",
    why: "its trailers stay below the cap of 64 KiB on all fields together; they are dropped",
  },
};

/** The answer is whole and its text is not what it claims: that shows where it is read. */
const UNREADABLE = new Set(["PARSE", "DECODE_TEXT"]);

const OPTIONS: SessionOptions = {
  timeoutMs: 800,
  idleTimeoutMs: 400,
  retries: 0,
  maxBodyBytes: 8 * 1024 * 1024,
};

/** Asks once, in a session of its own. */
async function ask(url: string, options: SessionOptions = {}): Promise<Outcome> {
  await using session = openSession({ ...OPTIONS, ...options });
  const [outcome] = await session.gather([url]);
  return outcome!;
}

function classOf(must: Case["must"]): string | undefined {
  return must.outcome.startsWith("error:") ? must.outcome.slice("error:".length) : undefined;
}

function expectOutcome({ id, must }: Case, outcome: Outcome): void {
  const failure = outcome.kind === "failed" ? outcome.failure : undefined;
  const kind = classOf(must);
  const exception = EXCEPTIONS[id]?.outcome;
  if (exception !== undefined) {
    expect(failure?.code ?? outcome.kind).toBe(exception);
    return;
  }
  if (must.outcome === "ok-or-error") return;
  if (kind !== undefined && !UNREADABLE.has(kind)) {
    const codes = CODES[kind];
    expect(codes, `the class ${kind} has no code`).toBeDefined();
    expect(codes, failure?.message ?? "it was answered").toContain(failure?.code);
    return;
  }
  expect(failure?.message).toBe(undefined);
  if (outcome.kind !== "answered") return;
  const { response } = outcome;
  if (must.status !== undefined) expect(response.status).toBe(must.status);
  if (must.body !== undefined) expect(response.text()).toBe(must.body);
  if (must.bodyLen !== undefined) expect(response.bytes).toBe(must.bodyLen);
  if (kind !== undefined) {
    const document = createDocument(response.body as Uint8Array, response.header("content-type"));
    expect(() => document.json()).toThrow(JsonError);
    expect(response.bytes, "the raw bytes are kept").toBeGreaterThan(0);
  }
}

withSuite("hostile-responses", (folder) => {
  const cases = JSON.parse(readFileSync(join(folder, "cases.json"), "utf8")) as readonly Case[];
  const costly = ({ must }: Case): boolean =>
    must.maxCpuMs !== undefined || must.maxRssGrowthMB !== undefined;

  test("the suite was read", () => {
    expect(cases.length).toBe(56);
  });

  // Alone, before the others have grown the process; the body is packed before it is measured.
  test.each(cases.filter(costly))("$id: costs little ($must.outcome)", async (entry) => {
    await using server = await startRawServer(() => entry.steps);
    await ask(server.url);
    const before = { cpu: process.cpuUsage(), rss: process.resourceUsage().maxRSS };
    expectOutcome(entry, await ask(server.url));
    const { user, system } = process.cpuUsage(before.cpu);
    const grownMB = (process.resourceUsage().maxRSS - before.rss) / 1024;
    expect((user + system) / 1000).toBeLessThan(entry.must.maxCpuMs ?? 2000);
    expect(grownMB).toBeLessThan(entry.must.maxRssGrowthMB ?? 64);
    expect(server.faults).toEqual([]);
  });

  describe.concurrent("each reply", () => {
    test.each(cases.filter((entry) => !costly(entry)))("$id: $must.outcome", async (entry) => {
      await using server = await startRawServer(() => entry.steps);
      // What is an answer and what an error among statuses is another question than the wire's.
      const accept = entry.must.status === undefined ? {} : { accept: () => true };
      const before = Object.keys(Object.prototype);
      expectOutcome(entry, await ask(server.url, accept));
      expect(server.faults).toEqual([]);
      expect(server.requests).toBe(1);
      expect(Object.keys(Object.prototype)).toEqual(before);
      expect(({} as Record<string, unknown>)["polluted"]).toBe(undefined);
    });
  });

  describe.concurrent("retries", () => {
    const declared = cases.filter(({ must }) => must.retry !== undefined);
    test.each(declared)("$id: sent again: $must.retry", async ({ steps, must }) => {
      await using server = await startRawServer(() => steps);
      const outcome = await ask(server.url, { retries: 1 });
      expect(outcome.kind).toBe("failed");
      expect(outcome.call.attempts).toBe(must.retry === true ? 2 : 1);
      expect(server.requests).toBe(must.retry === true ? 2 : 1);
    });
  });

  describe.concurrent("connections", () => {
    const once = cases.filter(({ must }) => must.connectionReuse === false);
    test.each(once)("$id: its connection carries no second request", async ({ steps }) => {
      await using server = await startRawServer(() => steps);
      await using session = openSession(OPTIONS);
      await session.gather([server.url]);
      await session.gather([server.url]);
      expect(server.requests).toBe(2);
      expect(server.received.length).toBe(2);
    });

    test("an answer that nobody asked for is given to nobody", async () => {
      const { steps } = cases.find(({ id }) => id === "extra-response-on-idle-socket")!;
      const next: readonly RawStep[] = [
        ["write", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext"],
      ];
      await using server = await startRawServer((request) => (request === 0 ? steps : next));
      await using session = openSession(OPTIONS);
      expect((await session.fetch(server.url)).text()).toBe("ok");
      await server.idle();
      expect((await session.fetch(server.url)).text()).toBe("next");
    });

    test("a status that no list knows is refused as a status", async () => {
      const { steps } = cases.find(({ id }) => id === "status-999")!;
      await using server = await startRawServer(() => steps);
      const outcome = await ask(server.url);
      expect(outcome).toMatchObject({ kind: "failed", failure: { code: "E_STATUS" } });
      expect(outcome.kind === "failed" && outcome.failure.response?.status).toBe(999);
    });
  });

  test.each(Object.entries(EXCEPTIONS))("%s still differs from the suite", (id, { outcome }) => {
    const { must } = cases.find((entry) => entry.id === id)!;
    const wanted = CODES[classOf(must) ?? ""] ?? ["answered"];
    expect(wanted).not.toContain(outcome);
  });
});
