import { formatCount, formatDuration, formatRate } from "../formats/quantity.ts";
import { visible } from "../formats/visible.ts";
import type { KnownHost } from "../memory/known-hosts.ts";
import type { KeptQuota } from "../memory/quota-database.ts";
import { partsOfScope } from "../policy/limit-scope.ts";
import { freeAt, totalOf } from "../policy/quota-window.ts";
import { formatLocalTime } from "./local-time.ts";
import { formatColumns } from "./text-columns.ts";

const UNKNOWN = "–";

/** The lines of `limits`, one for each scope. */
export function formatHosts(hosts: readonly KnownHost[]): readonly string[] {
  const header = ["host", "rate", "at once", "latency", "seen by", "last seen", "requests"];
  return formatColumns(
    [header, ...hosts.map(rowOf)],
    ["left", "right", "right", "right", "left", "left", "right"],
  );
}

/** The lines of `limits HOST`: all that is known of one scope. */
export function formatHost({ scope, record, quotas }: KnownHost): readonly string[] {
  const rows: [string, string][] = [];
  if (record !== undefined) {
    const { rate, burst, concurrency, latencyMs, evidence } = record.profile;
    rows.push(
      ["rate", rate === undefined ? "no limit was met" : formatLearnedRate(rate)],
      ["burst", burst === undefined ? UNKNOWN : formatCount(Math.round(burst))],
      ["at once", concurrency === undefined ? "no limit was met" : formatAtOnce(concurrency)],
      ["latency", latencyMs === undefined ? UNKNOWN : formatDuration(latencyMs)],
      ["seen by", evidence.join(", ") || UNKNOWN],
      ["first seen", formatLocalTime(record.firstMs)],
      ["last seen", formatLocalTime(record.lastMs)],
      [
        "requests",
        `${formatCount(record.requests)}, ${formatCount(record.refused)} of them refused`,
      ],
    );
  }
  for (const quota of quotas) rows.push(["quota", quotaWords(quota)]);
  return [visible(nameOf(scope)), ...formatColumns(rows, ["left", "left"])];
}

/** A scope as JSON tells it, the same in every version: names are added, none changes. */
export function hostToJson({ scope, record, quotas }: KnownHost): object {
  const { host, key } = partsOfScope(scope);
  const profile = record?.profile;
  return {
    host,
    key: key ?? null,
    rate: profile?.rate ?? null,
    burst: profile?.burst ?? null,
    concurrency: profile?.concurrency ?? null,
    latencyMs: profile?.latencyMs ?? null,
    seenBy: profile?.evidence ?? [],
    requests: record?.requests ?? 0,
    refused: record?.refused ?? 0,
    firstSeen: record === undefined ? null : new Date(record.firstMs).toISOString(),
    lastSeen: record === undefined ? null : new Date(record.lastMs).toISOString(),
    quotas: quotas.map(({ rate, spent }) => ({
      count: rate.count,
      perMs: rate.perMs,
      spent: totalOf(spent),
      nextFree: new Date(nextFreeMs({ rate, spent })).toISOString(),
    })),
    detail: profile?.detail ?? {},
  };
}

/** A scope for people: `api.example.com`, `http://127.0.0.1:8080`, `api.example.com key 1f0c…`. */
export function nameOf(scope: string): string {
  const { host, key } = partsOfScope(scope);
  const name = host.replace(/^https:\/\//, "");
  return key === undefined ? name : `${name} key ${key}`;
}

function rowOf({ scope, record }: KnownHost): readonly string[] {
  const { rate, concurrency, latencyMs, evidence } = record?.profile ?? {};
  return [
    visible(nameOf(scope)),
    rate === undefined ? UNKNOWN : formatLearnedRate(rate),
    concurrency === undefined ? UNKNOWN : formatAtOnce(concurrency),
    latencyMs === undefined ? UNKNOWN : formatDuration(latencyMs),
    (evidence ?? []).join(", ") || UNKNOWN,
    record === undefined ? UNKNOWN : formatLocalTime(record.lastMs),
    record === undefined ? UNKNOWN : formatCount(record.requests),
  ];
}

function quotaWords(quota: KeptQuota): string {
  const total = totalOf(quota.spent);
  const back = formatLocalTime(nextFreeMs(quota));
  const rest = total >= quota.rate.count ? `gone until ${back}` : `the first come back ${back}`;
  return `${formatCount(total)} of ${formatRate(quota.rate)} spent, ${rest}`;
}

/** When the departures that were first leave their window, or where too many left, when one more may. */
function nextFreeMs({ rate, spent }: Pick<KeptQuota, "rate" | "spent">): number {
  const count = Math.max(1, Math.min(rate.count, totalOf(spent)));
  return freeAt(spent, { count, perMs: rate.perMs }, 1);
}

/** A rate per second for people, in the unit in which it is at least 1: `19.6/s`, `30/m`. */
function formatLearnedRate(perSecond: number): string {
  const [value, unit] =
    perSecond >= 1
      ? [perSecond, "s"]
      : perSecond * 60 >= 1
        ? [perSecond * 60, "m"]
        : [perSecond * 3600, "h"];
  return `${value < 99.95 ? Number(value.toPrecision(3)) : formatCount(Math.round(value))}/${unit}`;
}

function formatAtOnce(concurrency: number): string {
  return formatCount(Math.floor(concurrency));
}
