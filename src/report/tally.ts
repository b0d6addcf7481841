import type { HoldReason, RunEvent } from "../core/event.ts";
import type { FailureCode } from "../core/failure.ts";
import type { Outcome } from "../core/outcome.ts";
import { hostOf } from "../core/request.ts";
import type { Money } from "../formats/money.ts";
import { createHistogram, type Histogram } from "../policy/histogram.ts";

type LearnedEvent = Extract<RunEvent, { readonly type: "learned" }>;

/** Hosts beyond this many are counted together: a crawl must not grow the tally without end. */
export const MOST_HOSTS = 10_000;

/** The name under which hosts beyond the bound are counted. */
export const OTHER_HOSTS = "(other hosts)";

/** What one host has done. Times in milliseconds, bytes of decoded bodies. */
export interface HostTally {
  requests: number;
  answered: number;
  failed: number;
  skipped: number;
  retries: number;
  bytes: number;
  inFlight: number;
  maxInFlight: number;
  /** For how long this host was held in all, as far as it was told: overlapping holds count once. */
  heldMs: number;
  /** Until when it is held, on the run's clock; for the live block. */
  heldUntilMs: number;
  heldBy: HoldReason | undefined;
  /** What was learned of its limits last. */
  learned: LearnedEvent | undefined;
  readonly latency: Histogram;
}

/** What has happened so far in a run. */
export interface Tally {
  total: number | undefined;
  answered: number;
  failed: number;
  skipped: number;
  /** Outcomes that came from an equal request already asked. */
  duplicates: number;
  /** Requests that left: attempts and redirects' hops. */
  requests: number;
  retries: number;
  bytes: number;
  inFlight: number;
  maxInFlight: number;
  /** Sum of the answered requests' own times: what one by one would have taken. */
  sequentialMs: number;
  slowestMs: number;
  /** What earlier processes of the same run took. */
  earlierMs: number;
  /** Requests that left in earlier processes; they are among `requests`. */
  earlierRequests: number;
  /** What those cost; undefined where nobody named a price. */
  earlierCost: Money | undefined;
  /** What a request costs, where that was said. */
  readonly price: Money | undefined;
  startedMs: number | undefined;
  endedMs: number | undefined;
  phase: "waiting" | "running" | "draining" | "ended";
  /** By origin. */
  readonly hosts: Map<string, HostTally>;
  readonly failures: Map<FailureCode, number>;
  /** Answers that had nothing for a column that was to be picked, by its name. */
  readonly missing: Map<string, number>;
  /** The statuses among the E_STATUS failures. */
  readonly statuses: Map<number, number>;
}

/** An empty tally. */
export function createTally(price?: Money): Tally {
  return {
    total: undefined,
    answered: 0,
    failed: 0,
    skipped: 0,
    duplicates: 0,
    requests: 0,
    retries: 0,
    bytes: 0,
    inFlight: 0,
    maxInFlight: 0,
    sequentialMs: 0,
    slowestMs: 0,
    earlierMs: 0,
    earlierRequests: 0,
    earlierCost: undefined,
    price,
    startedMs: undefined,
    endedMs: undefined,
    phase: "waiting",
    hosts: new Map(),
    failures: new Map(),
    missing: new Map(),
    statuses: new Map(),
  };
}

/** The inputs that have an outcome. */
export function settledOf(tally: Tally): number {
  return tally.answered + tally.failed + tally.skipped;
}

/** What all requests of the run cost, exactly; undefined where nobody named a price. */
export function costOf(tally: Tally): Money | undefined {
  const { price, requests, earlierRequests, earlierCost } = tally;
  if (price === undefined) return earlierCost;
  return (earlierCost ?? 0n) + price * BigInt(requests - earlierRequests);
}

/** Milliseconds from the start to the end, or to `nowMs` while it runs; those of earlier processes too. */
export function wallMsOf(tally: Tally, nowMs?: number): number {
  if (tally.startedMs === undefined) return tally.earlierMs;
  const ownMs = (tally.endedMs ?? nowMs ?? tally.startedMs) - tally.startedMs;
  return tally.earlierMs + Math.max(0, ownMs);
}

/** Counts a number more under a name. */
export function addTo<Name>(counts: Map<Name, number>, name: Name, number: number): void {
  counts.set(name, (counts.get(name) ?? 0) + number);
}

/** Counts one event, in well under a microsecond. */
export function count(tally: Tally, event: RunEvent): void {
  switch (event.type) {
    case "started":
      tally.startedMs = event.atMs;
      tally.total = event.total;
      tally.phase = "running";
      return;
    case "sent": {
      tally.requests += 1;
      tally.inFlight += 1;
      if (tally.inFlight > tally.maxInFlight) tally.maxInFlight = tally.inFlight;
      const host = hostTally(tally, hostOf(event.request));
      host.requests += 1;
      host.inFlight += 1;
      if (host.inFlight > host.maxInFlight) host.maxInFlight = host.inFlight;
      return;
    }
    case "landed": {
      const host = hostTally(tally, hostOf(event.request));
      tally.inFlight -= 1;
      host.inFlight -= 1;
      // One was counted when it left.
      tally.requests += event.requests - 1;
      host.requests += event.requests - 1;
      return;
    }
    case "retry":
      tally.retries += 1;
      hostTally(tally, hostOf(event.request)).retries += 1;
      return;
    case "held": {
      const host = hostTally(tally, event.host);
      const untilMs = event.atMs + event.forMs;
      // One that is still held is held for longer, not twice.
      host.heldMs += Math.max(0, untilMs - Math.max(event.atMs, host.heldUntilMs));
      host.heldUntilMs = Math.max(host.heldUntilMs, untilMs);
      host.heldBy = event.reason;
      return;
    }
    case "learned": {
      const host = hostTally(tally, event.host);
      host.learned = event;
      return;
    }
    case "settled":
      if (event.missing !== undefined && event.outcome.kind === "answered") {
        for (const name of event.missing) addTo(tally.missing, name, 1);
      }
      return settle(tally, event.outcome);
    case "draining":
      tally.phase = "draining";
      return;
    case "ended":
      tally.endedMs = event.atMs;
      tally.phase = "ended";
  }
}

function settle(tally: Tally, outcome: Outcome): void {
  const host = hostTally(tally, hostOf(outcome.request));
  tally[outcome.kind] += 1;
  host[outcome.kind] += 1;
  if (outcome.call.duplicate) tally.duplicates += 1;
  if (outcome.kind === "answered") {
    if (outcome.call.duplicate) return;
    const { bytes, timing } = outcome.response;
    tally.bytes += bytes;
    host.bytes += bytes;
    tally.sequentialMs += timing.totalMs;
    if (timing.totalMs > tally.slowestMs) tally.slowestMs = timing.totalMs;
    host.latency.record(timing.totalMs);
  } else if (outcome.kind === "failed") {
    const { code, response } = outcome.failure;
    tally.failures.set(code, (tally.failures.get(code) ?? 0) + 1);
    if (code === "E_STATUS" && response !== undefined) {
      tally.statuses.set(response.status, (tally.statuses.get(response.status) ?? 0) + 1);
    }
  }
}

/** The tally of a host, made where there was none. */
export function hostTally(tally: Tally, origin: string): HostTally {
  const found = tally.hosts.get(origin);
  if (found !== undefined) return found;
  if (tally.hosts.size >= MOST_HOSTS && origin !== OTHER_HOSTS)
    return hostTally(tally, OTHER_HOSTS);
  const created: HostTally = {
    requests: 0,
    answered: 0,
    failed: 0,
    skipped: 0,
    retries: 0,
    bytes: 0,
    inFlight: 0,
    maxInFlight: 0,
    heldMs: 0,
    heldUntilMs: 0,
    heldBy: undefined,
    learned: undefined,
    latency: createHistogram(),
  };
  tally.hosts.set(origin, created);
  return created;
}
