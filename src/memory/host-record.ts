import type { LimitEvidence, LimitProfile } from "../policy/limit-profile.ts";

/** What is kept of one scope. */
export interface HostRecord {
  readonly scope: string;
  readonly profile: LimitProfile;
  /** Requests sent to it in all remembered runs. */
  readonly requests: number;
  readonly refused: number;
  /** Of the first and the last run that told of it; wall-clock milliseconds. */
  readonly firstMs: number;
  readonly lastMs: number;
}

const FORMAT = 1;
const MOST_DETAILS = 64;
const EVIDENCE: readonly LimitEvidence[] = [
  "refusals",
  "headers",
  "latency",
  "throughput",
  "declared",
];

/** A record as it stands in its file. */
export function formatHostRecord(record: HostRecord): string {
  return `${JSON.stringify({ format: FORMAT, ...record })}\n`;
}

/**
 * Reads a record. What is no number of its kind is left out; undefined for what is no record at all,
 * a half one or one of a later version.
 */
export function parseHostRecord(text: string): HostRecord | undefined {
  const root = objectOf(parsed(text));
  const profile = objectOf(root?.["profile"]);
  const scope = root?.["scope"];
  const firstMs = numberOf(root?.["firstMs"], 0);
  const lastMs = numberOf(root?.["lastMs"], 0);
  if (root?.["format"] !== FORMAT || profile === undefined || typeof scope !== "string") {
    return undefined;
  }
  if (firstMs === undefined || lastMs === undefined) return undefined;
  return {
    scope,
    profile: readProfile(profile),
    requests: numberOf(root["requests"], 0) ?? 0,
    refused: numberOf(root["refused"], 0) ?? 0,
    firstMs,
    lastMs,
  };
}

function readProfile(profile: Readonly<Record<string, unknown>>): LimitProfile {
  const evidence = profile["evidence"];
  return {
    rate: numberOf(profile["rate"], Number.MIN_VALUE),
    burst: numberOf(profile["burst"], 0),
    concurrency: numberOf(profile["concurrency"], 1),
    latencyMs: numberOf(profile["latencyMs"], 0),
    evidence: Array.isArray(evidence) ? EVIDENCE.filter((one) => evidence.includes(one)) : [],
    detail: Object.fromEntries(
      Object.entries(objectOf(profile["detail"]) ?? {})
        .filter((entry): entry is [string, number] => Number.isFinite(entry[1]))
        .slice(0, MOST_DETAILS),
    ),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return value as Record<string, unknown>;
}

function numberOf(value: unknown, least: number): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= least ? value : undefined;
}
