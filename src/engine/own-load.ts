import { performance } from "node:perf_hooks";

/** How long one look at the event loop is good for. */
const FRESH_MS = 20;

/**
 * Tells the share of the last while (20 ms or more) in which this process's event loop was busy, 0 to 1:
 * `nowMs` is the system clock's. Near 1, it is this machine that bounds the run, and waits at the wire say little of the server.
 */
export function watchOwnLoad(): (nowMs: number) => number {
  let last = performance.eventLoopUtilization();
  let lookedMs = performance.now();
  let load = 0;
  return (nowMs) => {
    if (nowMs - lookedMs < FRESH_MS) return load;
    const now = performance.eventLoopUtilization();
    load = performance.eventLoopUtilization(now, last).utilization;
    last = now;
    lookedMs = nowMs;
    return load;
  };
}
