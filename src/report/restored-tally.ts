import type { FailureCode } from "../core/failure.ts";
import type { OpenedRun } from "../queue/journal-messages.ts";
import { storedJson } from "../queue/stored-json.ts";
import { createHistogram } from "../policy/histogram.ts";
import { earlierCost, type PaidRun } from "./earlier-cost.ts";
import { addTo, costOf, hostTally, type Tally } from "./tally.ts";

/** What a session counted besides its outcomes, as its journal keeps it. Times in milliseconds. */
export interface SessionCounters {
  readonly requests: number;
  readonly retries: number;
  readonly maxInFlight: number;
  readonly wallMs: number;
  /** Answers that had nothing for a picked column, by its name; left out where there is none. */
  readonly missing?: Readonly<Record<string, number>>;
  /** What the run has cost by its end, those before it included: a whole number of `Money`'s units. */
  readonly paid?: string;
}

/** The counters of a tally for the journal: of this process alone. */
export function countersOf(tally: Tally, before: SessionCounters, wallMs: number): string {
  const paid = costOf(tally);
  const counters: SessionCounters = {
    requests: tally.requests - before.requests,
    retries: tally.retries - before.retries,
    maxInFlight: tally.maxInFlight,
    wallMs,
    ...(tally.missing.size === 0 ? {} : { missing: missingSince(tally, before) }),
    ...(paid === undefined ? {} : { paid: String(paid) }),
  };
  return JSON.stringify(counters);
}

function missingSince({ missing }: Tally, before: SessionCounters): Record<string, number> {
  const earlier = new Map(Object.entries(before.missing ?? {}));
  return Object.fromEntries(
    [...missing].map(([name, count]) => [name, count - (earlier.get(name) ?? 0)]),
  );
}

/** The sum of what earlier processes counted. */
export function earlierCounters(run: Pick<OpenedRun, "sessions">): SessionCounters {
  const missing = new Map<string, number>();
  let sum: SessionCounters = { requests: 0, retries: 0, maxInFlight: 0, wallMs: 0 };
  for (const { counters } of run.sessions) {
    if (counters === null) continue;
    const one = storedJson<Partial<SessionCounters>>(counters, "what a session counted");
    for (const [name, count] of Object.entries(one.missing ?? {})) addTo(missing, name, count);
    sum = {
      requests: sum.requests + (one.requests ?? 0),
      retries: sum.retries + (one.retries ?? 0),
      maxInFlight: Math.max(sum.maxInFlight, one.maxInFlight ?? 0),
      wallMs: sum.wallMs + (one.wallMs ?? 0),
    };
  }
  return missing.size === 0 ? sum : { ...sum, missing: Object.fromEntries(missing) };
}

/** What a run counted; a journal's own counts may come one by one. */
export interface CountedRun extends PaidRun, Pick<OpenedRun, "hosts"> {
  readonly tally: Iterable<OpenedRun["tally"][number]>;
}

/** Adds to a tally what earlier processes of a run have done, so that its account is whole. */
export function restoreTally(tally: Tally, run: CountedRun): void {
  const { requests, retries, maxInFlight, wallMs, missing = {} } = earlierCounters(run);
  for (const [name, count] of Object.entries(missing)) addTo(tally.missing, name, count);
  tally.requests += requests;
  tally.earlierRequests += requests;
  const cost = earlierCost(run, tally.price);
  if (cost !== undefined) tally.earlierCost = (tally.earlierCost ?? 0n) + cost;
  tally.retries += retries;
  tally.maxInFlight = Math.max(tally.maxInFlight, maxInFlight);
  tally.earlierMs += wallMs;
  for (const entry of run.tally) {
    const { kind, code, status, count, duplicates, bytes, totalMs, slowestMs, steps } = entry;
    const host = hostTally(tally, run.hosts[entry.host] ?? "");
    tally[kind] += count;
    host[kind] += count;
    tally.duplicates += duplicates;
    if (kind === "answered") {
      tally.bytes += bytes;
      host.bytes += bytes;
      tally.sequentialMs += totalMs;
      tally.slowestMs = Math.max(tally.slowestMs, slowestMs);
      const latency = createHistogram();
      latency.restore(steps, slowestMs);
      host.latency.merge(latency);
    } else if (kind === "failed" && count > 0) {
      tally.failures.set(
        code as FailureCode,
        (tally.failures.get(code as FailureCode) ?? 0) + count,
      );
      if (code === "E_STATUS") {
        tally.statuses.set(status, (tally.statuses.get(status) ?? 0) + count);
      }
    }
  }
}
