import { describe, expect, test } from "vitest";

import { createCall } from "../core/call.ts";
import type { RunEvent } from "../core/event.ts";
import { Failure } from "../core/failure.ts";
import { createRequest } from "../core/request.ts";
import { HttpResponse } from "../core/response.ts";
import { parseMoney } from "../formats/money.ts";
import { count, createTally } from "../report/tally.ts";
import { createManualClock } from "../transport/manual-clock.ts";
import { fitted } from "./live-block.ts";
import { createSpeedometer, progressBlock, progressLine } from "./progress-view.ts";
import { createProgress, progressKind, type ProgressOptions } from "./progress.ts";
import { createRecordingTerminal, type RecordingTerminal } from "./recording-terminal.ts";

const request = createRequest({ url: "https://me:pw@api.test/x?token=s3cret&q=1" });

function setUp(
  kind: ProgressOptions["kind"],
  shape: Parameters<typeof createRecordingTerminal>[0] = {},
) {
  const clock = createManualClock();
  const terminal: RecordingTerminal = createRecordingTerminal({ stderr: "person", ...shape });
  const tally = createTally();
  const progress = createProgress({
    kind,
    terminal,
    clock,
    tally,
    title: "names\u001b[2J.csv → out.csv",
  });
  const emit = (event: RunEvent): void => {
    count(tally, event);
    progress.listen(event);
  };
  const settle = (atMs: number): void => {
    const response = new HttpResponse({
      url: request.url,
      status: 200,
      headers: {},
      body: new Uint8Array(3),
      wireBytes: 3,
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
    emit({
      type: "settled",
      atMs,
      outcome: { kind: "answered", request, response, call: createCall() },
    });
  };
  return { clock, terminal, progress, emit, settle };
}

describe("progressKind", () => {
  const person = createRecordingTerminal({ stderr: "person", stdout: "person" });
  const toFile = createRecordingTerminal({ stderr: "person", stdout: "program" });
  const log = createRecordingTerminal();

  test("is a block for a person, lines for a log, and no escapes in a pipe even when asked", () => {
    expect(progressKind("auto", toFile, "records")).toBe("bar");
    expect(progressKind("auto", log, "records")).toBe("plain");
    expect(progressKind("bar", log, "records")).toBe("plain");
    expect(progressKind("json", person, "records")).toBe("json");
  });

  test("draws no block over records that run through the same terminal", () => {
    expect(progressKind("auto", person, "records")).toBe("none");
    expect(progressKind("auto", person, "other")).toBe("bar");
  });
});

describe("the live block", () => {
  test("is drawn at most ten times a second, over itself, and removed at the end", async () => {
    const { clock, terminal, progress, emit, settle } = setUp("bar");
    emit({ type: "started", atMs: 0, total: 27_000 });
    expect(terminal.err()).toBe("");
    for (let index = 0; index < 50; index += 1) settle(index);
    await clock.advance(1000);
    expect(terminal.errWrites.length).toBe(10);
    expect(terminal.errWrites[0]).not.toContain("\u001b[");
    expect(terminal.errWrites[1]!.startsWith("\u001b[4A\r\u001b[J")).toBe(true);
    expect(terminal.errWrites[1]).toContain("50 of 27,000   0 %");
    progress[Symbol.dispose]();
    expect(terminal.errWrites.at(-1)).toBe("\u001b[4A\r\u001b[J");
    expect(clock.pending).toBe(0);
  });

  test("shows no control character of a name, and no line wider than the terminal", async () => {
    const { clock, terminal, progress, emit } = setUp("bar", { columns: 40 });
    emit({ type: "started", atMs: 0, total: undefined });
    emit({ type: "sent", atMs: 0, request });
    emit({
      type: "held",
      atMs: 0,
      host: "https://ev\u001b]0;il.test",
      forMs: 27_000,
      reason: "retry-after",
      status: 429,
    });
    await clock.advance(100);
    const shown = terminal.err();
    expect(shown).toContain("names\\x1b[2J.csv → out.csv");
    expect(shown).not.toContain("\u001b");
    expect(shown).toContain("held for 27.0 s");
    for (const line of shown.split("\n")) expect(line.length).toBeLessThan(40);
    progress[Symbol.dispose]();
  });

  test("tells the time that is left from the speed of the last seconds", async () => {
    const { clock, terminal, progress, emit, settle } = setUp("bar");
    emit({ type: "started", atMs: 0, total: 1000 });
    await clock.advance(100);
    for (let index = 0; index < 100; index += 1) settle(100);
    await clock.advance(1000);
    // 100 in one second, 900 to go.
    expect(terminal.errWrites.at(-1)).toContain("100/s");
    expect(terminal.errWrites.at(-1)).toContain("9.00 s left");
    progress[Symbol.dispose]();
  });

  test("uses colour for state where it may, and only there", async () => {
    for (const colour of ["colour", "plain"] as const) {
      const { clock, terminal, progress, emit } = setUp("bar", { colour });
      emit({ type: "started", atMs: 0, total: 2 });
      emit({
        type: "held",
        atMs: 0,
        host: "https://a.test",
        forMs: 9000,
        reason: "outage",
        status: 503,
      });
      await clock.advance(100);
      expect(terminal.err().includes("\u001b[33m")).toBe(colour === "colour");
      progress[Symbol.dispose]();
    }
  });

  test("makes way for what else is written to the screen", async () => {
    const { clock, terminal, progress, emit } = setUp("bar", { stdout: "person" });
    emit({ type: "started", atMs: 0, total: 2 });
    await clock.advance(100);
    void progress.aside(() => terminal.stderr.write("ROW\n"));
    progress.say("a hint");
    expect(terminal.errWrites.slice(-3)).toEqual(["\u001b[3A\r\u001b[J", "ROW\n", "a hint\n"]);
    progress[Symbol.dispose]();
  });
});

describe("plain lines", () => {
  test("come once however many steps start, and leave no timer behind", async () => {
    const { clock, terminal, progress, emit } = setUp("plain", { stderr: "program" });
    emit({ type: "started", atMs: 0, total: undefined });
    await clock.advance(1_000);
    emit({ type: "started", atMs: 1_000, total: 10 });
    await clock.advance(7_000);
    expect(terminal.errWrites).toHaveLength(2);
    progress[Symbol.dispose]();
    expect(clock.pending).toBe(0);
  });

  test("come after seconds, then ever more rarely, and stop with the run", async () => {
    const { clock, terminal, progress, emit } = setUp("plain", { stderr: "program" });
    emit({ type: "started", atMs: 0, total: 10 });
    const times: number[] = [];
    for (let second = 1; second <= 130; second += 1) {
      const before = terminal.errWrites.length;
      await clock.advance(1000);
      if (terminal.errWrites.length > before) times.push(second);
    }
    expect(times).toEqual([3, 8, 18, 38, 68, 98, 128]);
    expect(terminal.errWrites[0]).toBe(
      "3.00 s: 0 of 10   0 %   0.0/s   0 in flight · answered 0 · failed 0\n",
    );
    emit({ type: "ended", atMs: 130_000 });
    expect(clock.pending).toBe(0);
    progress[Symbol.dispose]();
  });
});

describe("JSON lines", () => {
  test("are one object per event, without secrets", async () => {
    const { clock, terminal, progress, emit, settle } = setUp("json");
    emit({ type: "started", atMs: 1, total: 1 });
    emit({ type: "sent", atMs: 2, request });
    settle(3);
    const failure = new Failure("E_STATUS", "status 500\nforged", { request });
    emit({
      type: "settled",
      atMs: 4,
      outcome: { kind: "failed", request, failure, call: createCall() },
    });
    progress.say("a note");
    await clock.advance(100);
    const lines = terminal
      .err()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(lines).toEqual([
      { type: "started", atMs: 1, total: 1 },
      { type: "sent", atMs: 2, url: "https://api.test/x?token=REDACTED&q=1" },
      expect.objectContaining({
        type: "settled",
        kind: "answered",
        status: 200,
        bytes: 3,
        error: null,
      }),
      expect.objectContaining({
        kind: "failed",
        error: { code: "E_STATUS", message: "status 500\nforged" },
      }),
      { type: "note", text: "a note" },
    ]);
    expect(terminal.err()).not.toMatch(/s3cret|pw@/);
    progress[Symbol.dispose]();
    expect(clock.pending).toBe(0);
  });
});

test("quiet says nothing, none says what it is told to", () => {
  for (const [kind, expected] of [
    ["quiet", ""],
    ["none", "a hint\n"],
  ] as const) {
    const { terminal, progress, emit } = setUp(kind);
    emit({ type: "started", atMs: 0, total: 1 });
    progress.say("a hint");
    expect(terminal.err()).toBe(expected);
  }
});

test.each([
  ["abcdef", 6, "abcdef"],
  ["abcdefg", 6, "abcde…"],
  ["日本語日本", 7, "日本語…"],
  ["e\u0301e\u0301e\u0301", 3, "e\u0301e\u0301e\u0301"],
  ["😀😀😀", 4, "😀…"],
])("%s fits %i columns as %s", (text, columns, shown) => {
  expect(fitted(text, columns)).toBe(shown);
});

test("where requests have a price, what was spent so far is told with the rest", () => {
  const told = (price?: bigint): readonly string[] => {
    const tally = createTally(price);
    count(tally, { type: "started", atMs: 0, total: 9 });
    for (let sent = 0; sent < 3; sent += 1) count(tally, { type: "sent", atMs: 1, request });
    const view = { nowMs: 2, speed: createSpeedometer() };
    const block = progressBlock(tally, { ...view, title: "t", columns: 80 });
    return [progressLine(tally, view), block.map(({ text }) => text).join("\n")];
  };
  for (const text of told(parseMoney("0.5"))) expect(text).toContain("cost 1.50");
  for (const text of told()) expect(text).not.toContain("cost");
});
