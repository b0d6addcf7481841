import { EventEmitter } from "node:events";

import { describe, expect, test } from "vitest";

import { createManualClock } from "../transport/manual-clock.ts";
import { DRAIN_MS, listenForInterrupts } from "./interrupts.ts";

function setUp() {
  const source = new EventEmitter();
  const clock = createManualClock();
  const stages: string[] = [];
  const interrupts = listenForInterrupts(source, clock, (stage) => stages.push(stage));
  return { source, clock, stages, interrupts };
}

describe("interrupts", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ])("%s drains first, and its number is the exit code", (signal, code) => {
    const { source, stages, interrupts } = setUp();
    expect(interrupts.exitCode).toBeUndefined();
    source.emit(signal);
    expect(stages).toEqual(["draining"]);
    expect([interrupts.drain.aborted, interrupts.stop.aborted]).toEqual([true, false]);
    expect(interrupts.exitCode).toBe(code);
    interrupts[Symbol.dispose]();
  });

  test("a second signal stops at once and keeps the first one's code; a third does nothing new", () => {
    const { source, stages, interrupts } = setUp();
    for (const signal of ["SIGINT", "SIGTERM", "SIGINT"]) source.emit(signal);
    expect(stages).toEqual(["draining", "stopping"]);
    expect(interrupts.stop.aborted).toBe(true);
    expect(interrupts.exitCode).toBe(130);
    interrupts[Symbol.dispose]();
  });

  test("a drain of more than ten seconds becomes a stop", async () => {
    const { source, clock, interrupts } = setUp();
    source.emit("SIGINT");
    await clock.advance(DRAIN_MS - 1);
    expect(interrupts.stop.aborted).toBe(false);
    await clock.advance(1);
    expect(interrupts.stop.aborted).toBe(true);
    interrupts[Symbol.dispose]();
  });

  test("disposed, it leaves no timer and no listener behind", () => {
    const { source, clock, interrupts } = setUp();
    source.emit("SIGINT");
    interrupts[Symbol.dispose]();
    expect(clock.pending).toBe(0);
    expect(source.eventNames()).toEqual([]);
  });

  test("a reason of our own drains without an exit code", () => {
    const { interrupts } = setUp();
    interrupts.drainNow();
    expect([interrupts.drain.aborted, interrupts.stop.aborted, interrupts.exitCode]).toEqual([
      true,
      false,
      undefined,
    ]);
    interrupts[Symbol.dispose]();
  });
});
