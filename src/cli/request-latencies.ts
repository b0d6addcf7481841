import type { Outcome } from "../core/outcome.ts";
import { hostOf } from "../core/request.ts";
import { createHistogram, type Histogram } from "../policy/histogram.ts";

/** How long requests take on a connection that is open, by origin. Milliseconds. */
export interface RequestLatencies {
  note(outcome: Outcome): void;
  /** Of each origin that has answered. */
  medians(): ReadonlyMap<string, number>;
}

/** The answers' times without those of connecting: a run has its connections open. */
export function createRequestLatencies(): RequestLatencies {
  const found = new Map<string, Histogram>();
  return {
    note(outcome) {
      if (outcome.kind !== "answered") return;
      const { totalMs, dnsMs, connectMs, tlsMs } = outcome.response.timing;
      const origin = hostOf(outcome.request);
      const times = found.get(origin) ?? createHistogram();
      found.set(origin, times);
      times.record(Math.max(0, totalMs - (dnsMs ?? 0) - (connectMs ?? 0) - (tlsMs ?? 0)));
    },
    medians: () => new Map([...found].map(([origin, times]) => [origin, times.percentile(0.5)])),
  };
}

/** How long a request to a host takes; to one that was not asked, as to the one in the middle. */
export function latencyOf(
  medians: ReadonlyMap<string, number>,
): (origin: string) => number | undefined {
  const all = [...medians.values()].toSorted((one, other) => one - other);
  return (origin) => medians.get(origin) ?? all[all.length >> 1];
}
