import { EventEmitter } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { createCall } from "../core/call.ts";
import type { RunEvent } from "../core/event.ts";
import { Failure, type FailureCode } from "../core/failure.ts";
import { createRequest } from "../core/request.ts";
import { HttpResponse } from "../core/response.ts";
import { UsageError } from "../core/usage-error.ts";
import { createManualClock } from "../transport/manual-clock.ts";
import { parseCommandLine } from "./command-line.ts";
import type { RunSignals, Work } from "../runs/work.ts";
import { DiskError } from "../core/disk-error.ts";
import { RunStopped } from "../runs/run-stopped.ts";
import { createRecordingTerminal } from "./recording-terminal.ts";
import { runWork } from "./run-work.ts";
import { readSettings } from "./settings.ts";
import { ClosedPipe } from "./terminal.ts";

const request = createRequest({ url: "https://a.test/" });

type Emit = (event: RunEvent) => void;

function answer(emit: Emit): void {
  const response = new HttpResponse({
    url: request.url,
    status: 200,
    headers: {},
    body: new Uint8Array(100),
    wireBytes: 100,
    protocol: "h2",
    timing: { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: 4, totalMs: 5, reused: true },
  });
  emit({
    type: "settled",
    atMs: 0,
    outcome: { kind: "answered", request, response, call: createCall() },
  });
}

function fail(emit: Emit, code: FailureCode, status?: number): void {
  const response =
    status === undefined
      ? undefined
      : new HttpResponse({
          url: request.url,
          status,
          headers: {},
          body: new Uint8Array(),
          wireBytes: 0,
          protocol: "h2",
          timing: {
            dnsMs: null,
            connectMs: null,
            tlsMs: null,
            firstByteMs: 4,
            totalMs: 5,
            reused: true,
          },
        });
  const failure = new Failure(code, "why", { request, response });
  emit({
    type: "settled",
    atMs: 0,
    outcome: { kind: "failed", request, failure, call: createCall() },
  });
}

interface Setting {
  readonly flags?: readonly string[];
  readonly total?: number;
  readonly body: (emit: Emit, signals: RunSignals, signals2: EventEmitter) => void | Promise<void>;
}

async function run({ flags = [], total = 2, body }: Setting) {
  const line = await parseCommandLine(["get", "https://a.test/", ...flags]);
  const settings = await readSettings("get", line, () =>
    Promise.reject(new Error("no files here")),
  );
  const terminal = createRecordingTerminal();
  const clock = createManualClock();
  const keys = new EventEmitter();
  const work: Work = {
    total,
    durable: undefined,
    async run(listeners, signals) {
      const emit: Emit = (event) => {
        for (const listen of listeners) listen(event);
      };
      emit({ type: "started", atMs: 0, total });
      await body(emit, signals, keys);
      emit({ type: "ended", atMs: 1000 });
    },
  };
  const code = await runWork(() => Promise.resolve(work), settings, {
    terminal,
    title: "x",
    clock,
    signals: keys,
  });
  expect({ timers: clock.pending, listeners: keys.eventNames() }).toEqual({
    timers: 0,
    listeners: [],
  });
  return { code, lines: terminal.err().trimEnd().split("\n"), err: terminal.err() };
}

describe("the exit code", () => {
  test.each<readonly [what: string, code: number, body: Setting["body"]]>([
    [
      "all answered",
      0,
      (emit) => {
        answer(emit);
        answer(emit);
      },
    ],
    [
      "some failed",
      1,
      (emit) => {
        answer(emit);
        fail(emit, "E_DNS");
      },
    ],
    [
      "all failed",
      1,
      (emit) => {
        fail(emit, "E_DNS");
      },
    ],
    [
      "all refused with 401 and 403",
      6,
      (emit) => {
        fail(emit, "E_STATUS", 401);
        fail(emit, "E_STATUS", 403);
      },
    ],
    [
      "one refused, one answered",
      1,
      (emit) => {
        answer(emit);
        fail(emit, "E_STATUS", 403);
      },
    ],
    [
      "the disk",
      4,
      (emit) => {
        answer(emit);
        fail(emit, "E_DISK");
      },
    ],
    [
      "a cap of the pipeline",
      3,
      () => {
        throw new RunStopped("cap", "--max-requests 1 is reached");
      },
    ],
    [
      "the network gone",
      5,
      () => {
        throw new RunStopped("network", "no host answers");
      },
    ],
    [
      "a run locked",
      7,
      () => {
        throw new RunStopped("locked", "by process 1");
      },
    ],
    [
      "input that cannot be read further",
      2,
      (emit) => {
        answer(emit);
        throw new UsageError("t.csv:7: bad");
      },
    ],
    [
      "a disk error that is thrown",
      4,
      () => {
        throw new DiskError("the disk is full");
      },
    ],
    [
      "nobody reads",
      0,
      () => {
        throw new ClosedPipe("closed");
      },
    ],
  ])("%s: %i", async (_, code, body) => {
    expect((await run({ body })).code).toBe(code);
  });

  test("an interrupt beats failures, and a second one stops what is in flight", async () => {
    const result = await run({
      body: (emit, signals, keys) => {
        fail(emit, "E_DNS");
        keys.emit("SIGINT");
        expect([signals.drain.aborted, signals.stop.aborted]).toEqual([true, false]);
        keys.emit("SIGINT");
        signals.stop.throwIfAborted();
      },
    });
    expect(result.code).toBe(130);
    expect(result.err).toContain("finishing 0 in flight, no new ones (again to stop at once)");
    expect(result.err).toContain("stopped at 1 of 2; what was answered is written");
  });

  test("a fault of our own is thrown on, never counted as a failed request", async () => {
    await expect(
      run({
        body: () => {
          throw new TypeError("oops");
        },
      }),
    ).rejects.toThrow("oops");
  });
});

describe("what is said", () => {
  test("the account is the last line, after what failed and what can be done", async () => {
    const { lines } = await run({
      body: (emit) => {
        answer(emit);
        fail(emit, "E_TLS");
      },
    });
    expect(lines).toEqual([
      "1 failed: 1 E_TLS",
      "  E_TLS: NODE_EXTRA_CA_CERTS=ca.pem trusts an authority of yours, --insecure HOST asks that host anyway",
      "2 inputs = 1 answered + 1 failed + 0 skipped · 1.00 s",
    ]);
  });

  test("why it stopped stands before the account", async () => {
    const { lines } = await run({
      body: () => {
        throw new RunStopped("quota", "the quota of a.test is used up");
      },
    });
    expect(lines.slice(0, 2)).toEqual([
      "fanfetch: the quota of a.test is used up",
      "stopped at 0 of 2; what was answered is written",
    ]);
    expect(lines.at(-1)).toMatch(/^0 inputs = /);
  });

  test.each([
    ["stopped by --max-requests 1", "stopped by --max-requests 1 at 0 of 2"],
    [
      "stopped by --max-cost 1.00 at 3 requests",
      "stopped by --max-cost 1.00 at 3 requests (0 of 2)",
    ],
  ])("%s is one line, also when asked to be quiet", async (words, told) => {
    const body = (): never => {
      throw new RunStopped("cap", words);
    };
    const { lines } = await run({ body });
    expect(lines[0]).toBe(`${told}; what was answered is written`);
    expect(lines[1]).toMatch(/^0 inputs = /);
    const quiet = await run({ flags: ["-q"], body });
    expect(quiet.err).toBe(`${lines[0]}\n`);
  });

  test("quiet says nothing at all when all is well, and errors still", async () => {
    expect((await run({ flags: ["-q"], body: (emit) => fail(emit, "E_DNS") })).err).toBe("");
    const stopped = await run({
      flags: ["-q"],
      body: () => {
        throw new RunStopped("disk", "the disk is full");
      },
    });
    expect(stopped.err).toBe("fanfetch: the disk is full\n");
  });

  test("a stdout that took no more has not all that was answered", async () => {
    const { lines } = await run({
      body: (emit) => {
        answer(emit);
        throw new RunStopped("disk", "the disk is full");
      },
    });
    expect(lines[1]).toBe("stopped at 1 of 2; not all of what was answered is written");
  });

  test("--progress json ends with the account as JSON, and every line is JSON", async () => {
    const { lines } = await run({ flags: ["--progress", "json"], body: (emit) => answer(emit) });
    const values = lines.map((line) => JSON.parse(line) as { type: string });
    expect(values.map((value) => value.type)).toEqual(["started", "settled", "ended", "account"]);
    expect(values.at(-1)).toMatchObject({ inputs: 1, answered: 1 });
  });

  test("--summary writes the numbers", async () => {
    const folder = await mkdtemp(join(tmpdir(), "fanfetch-summary-"));
    const file = join(folder, "s.json");
    await run({ flags: ["--summary", file], body: (emit) => answer(emit) });
    expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({
      inputs: 1,
      answered: 1,
      wallMs: 1000,
    });
    await rm(folder, { recursive: true });
  });
});

describe("caps", () => {
  test("--max-bytes and --fail-fast start nothing new once reached", async () => {
    const seen: boolean[] = [];
    const body: Setting["body"] = (emit, { drain }) => {
      answer(emit);
      seen.push(drain.aborted);
      fail(emit, "E_DNS");
      seen.push(drain.aborted);
    };
    const bytes = await run({ flags: ["--max-bytes", "100"], total: 9, body });
    expect(bytes).toMatchObject({ code: 3 });
    expect(bytes.err).toContain("stopped by --max-bytes 100 B at 2 of 9");
    const failing = await run({ flags: ["--fail-fast"], total: 9, body });
    expect(failing.code).toBe(1);
    expect(failing.lines.slice(0, 2)).toEqual([
      "stopped by --fail-fast at 2 of 9; what was answered is written",
      "1 failed: 1 E_DNS",
    ]);
    expect(seen).toEqual([true, true, false, true]);
  });

  test("a cap that the last input reaches has stopped nothing", async () => {
    expect(
      (await run({ flags: ["--max-bytes", "100"], total: 1, body: (emit) => answer(emit) })).code,
    ).toBe(0);
  });
});
