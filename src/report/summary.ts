import { exactMoney } from "../formats/money.ts";
import { costOf, settledOf, wallMsOf, type HostTally, type Tally } from "./tally.ts";

/** One host of a summary. Times in milliseconds. */
export interface HostSummary {
  readonly requests: number;
  readonly answered: number;
  readonly failed: number;
  readonly skipped: number;
  readonly retries: number;
  readonly bytes: number;
  readonly maxInFlight: number;
  readonly heldMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** The numbers of a run, as `--summary` writes them. Times in milliseconds, bytes of decoded bodies. */
export interface Summary {
  readonly inputs: number;
  readonly answered: number;
  readonly failed: number;
  readonly skipped: number;
  readonly requests: number;
  readonly retries: number;
  readonly bytes: number;
  readonly wallMs: number;
  readonly sequentialMs: number;
  readonly speedup: number;
  readonly maxInFlight: number;
  /** By host, `name` or `name:port`; by origin where one host was asked by both schemes. */
  readonly hosts: Readonly<Record<string, HostSummary>>;
  readonly failures: Readonly<Record<string, number>>;
  /** Answers that had nothing for a picked column, by its name; left out where there is none. */
  readonly missing?: Readonly<Record<string, number>>;
  /** What the requests cost; left out where nobody named a price. */
  readonly cost?: number;
  /** What has changed since the run before; left out where there was none. */
  readonly changes?: object;
  /** Folder of the run; null where it is kept in memory only. */
  readonly run: string | null;
}

/** The numbers of a tally; `speedup` is sequentialMs / wallMs, 0 where nothing took time. */
export function summarise(tally: Tally, run: string | null = null): Summary {
  const wallMs = wallMsOf(tally);
  const cost = costOf(tally);
  return {
    inputs: settledOf(tally),
    answered: tally.answered,
    failed: tally.failed,
    skipped: tally.skipped,
    requests: tally.requests,
    retries: tally.retries,
    bytes: tally.bytes,
    wallMs: round(wallMs),
    sequentialMs: round(tally.sequentialMs),
    speedup: wallMs === 0 ? 0 : round(tally.sequentialMs / wallMs),
    maxInFlight: tally.maxInFlight,
    hosts: record(
      [...tally.hosts].map(([origin, host]) => [nameOf(origin, tally), summariseHost(host)]),
    ),
    failures: record([...tally.failures]),
    ...(tally.missing.size === 0 ? {} : { missing: record([...tally.missing]) }),
    ...(cost === undefined ? {} : { cost: Number(exactMoney(cost)) }),
    run,
  };
}

/** The text of a summary file: indented JSON with a line end. */
export function formatSummary(summary: Summary): string {
  return `${JSON.stringify(summary, undefined, 2)}\n`;
}

function nameOf(origin: string, { hosts }: Tally): string {
  const host = origin.replace(/^https?:\/\//, "");
  return hosts.has(`http://${host}`) && hosts.has(`https://${host}`) ? origin : host;
}

function summariseHost(host: HostTally): HostSummary {
  return {
    requests: host.requests,
    answered: host.answered,
    failed: host.failed,
    skipped: host.skipped,
    retries: host.retries,
    bytes: host.bytes,
    maxInFlight: host.maxInFlight,
    heldMs: round(host.heldMs),
    p50Ms: round(host.latency.percentile(0.5)),
    p95Ms: round(host.latency.percentile(0.95)),
    p99Ms: round(host.latency.percentile(0.99)),
  };
}

/** Microseconds are enough; more digits only make diffs noisy. */
function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function record<T>(entries: readonly (readonly [string, T])[]): Readonly<Record<string, T>> {
  return Object.assign(Object.create(null) as Record<string, T>, Object.fromEntries(entries));
}
