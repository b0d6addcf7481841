import { systemClock } from "../core/clock.ts";
import type { RunEvent } from "../core/event.ts";
import type { Measurement } from "../report/compare.ts";
import { count, createTally, wallMsOf, type Tally } from "../report/tally.ts";
import type { Pipeline } from "../runs/pipeline.ts";
import type { RunSignals } from "../runs/work.ts";
import type { WorkSettings } from "../runs/work-settings.ts";

/** Runs the work once in one mode, its answers read and thrown away; returns what was counted. */
export async function tallyRun(
  pipeline: Pipeline,
  settings: WorkSettings,
  signals: RunSignals,
  listen?: (event: RunEvent) => void,
): Promise<Tally> {
  const work = await pipeline.prepare(settings, () => {});
  const tally = createTally();
  const startedMs = systemClock.now();
  await work.run(
    [
      (event) => {
        count(tally, event);
        listen?.(event);
      },
    ],
    signals,
  );
  tally.startedMs ??= startedMs;
  tally.endedMs ??= systemClock.now();
  return tally;
}

/** The settings for a measured run: this mode, no output but a table that nobody reads. */
export function measured<Given extends WorkSettings>(
  settings: Given,
  mode: WorkSettings["mode"],
): Given {
  const output = {
    ...settings.output,
    kind: "timing-table" as const,
    path: "-",
    save: undefined,
    picks: [],
    keeps: "nothing" as const,
  };
  return { ...settings, mode, output, run: { kind: "in memory" }, summary: undefined };
}

/** A run as one measurement. */
export function measurementOf(tally: Tally): Measurement {
  return {
    wallMs: wallMsOf(tally),
    slowestMs: tally.slowestMs,
    requests: tally.requests,
    failed: tally.failed,
  };
}

/** Runs one after the other as one measurement: each waits for its slowest answer. */
export function addedUp(parts: readonly Measurement[]): Measurement {
  const sum = { wallMs: 0, slowestMs: 0, requests: 0, failed: 0 };
  for (const { wallMs, slowestMs, requests, failed } of parts) {
    sum.wallMs += wallMs;
    sum.slowestMs += slowestMs;
    sum.requests += requests;
    sum.failed += failed;
  }
  return sum;
}
