import type { Arrival } from "./verdict.ts";

/** How a server works off what was let in. */
export interface Service {
  /** Milliseconds from arrival to answer, or why there is none. */
  serve(at: Arrival): number | "refused" | "dropped";
  leave(): void;
  /** As `LimitModel.allowance`. */
  allowance(fromMs: number, toMs: number, serviceMs: number): number;
}

/** Everything at once, each in its own time. */
export function createPlainService(): Service {
  return { serve: (at) => at.serviceMs, leave() {}, allowance: () => Infinity };
}

/** So many workers and a line before them; whoever finds `most` inside is dropped. */
export function createWorkers(count: number, most: number): Service {
  const freeAtMs = Array.from({ length: count }, () => 0);
  let inside = 0;
  return {
    serve(at) {
      if (inside >= most) return "dropped";
      inside += 1;
      let first = 0;
      for (let worker = 1; worker < count; worker += 1) {
        if (freeAtMs[worker]! < freeAtMs[first]!) first = worker;
      }
      const endMs = Math.max(at.nowMs, freeAtMs[first]!) + at.serviceMs;
      freeAtMs[first] = endMs;
      return endMs - at.nowMs;
    },
    leave() {
      inside = Math.max(0, inside - 1);
    },
    allowance: (fromMs, toMs, serviceMs) => (count * (toMs - fromMs)) / serviceMs,
  };
}

/** Serves all at once, but each slower the more there are past a number. */
export function createKnee(count: number): Service {
  let inside = 0;
  return {
    serve(at) {
      inside += 1;
      return at.serviceMs * Math.max(1, inside / count);
    },
    leave() {
      inside = Math.max(0, inside - 1);
    },
    allowance: (fromMs, toMs, serviceMs) => (count * (toMs - fromMs)) / serviceMs,
  };
}

/** A leaky bucket: lets out one every so often, `depth` wait, the next is refused. */
export function createLeak(eachMs: number, depth: number): Service {
  let nextMs = 0;
  return {
    serve(at) {
      const waitMs = Math.max(0, nextMs - at.nowMs);
      if (waitMs > depth * eachMs) return "refused";
      nextMs = at.nowMs + waitMs + eachMs;
      return waitMs + at.serviceMs;
    },
    leave() {},
    allowance: (fromMs, toMs) => (toMs - fromMs) / eachMs,
  };
}
