import type { HoldReason } from "../core/event.ts";
import { formatMoney } from "../formats/money.ts";
import { formatCount, formatDuration, formatSize } from "../formats/quantity.ts";
import { shownHost } from "../formats/shown-host.ts";
import { visible } from "../formats/visible.ts";
import { costOf, settledOf, wallMsOf, type HostTally, type Tally } from "../report/tally.ts";
import type { BlockLine } from "./live-block.ts";

/** How far back the shown speed looks. */
const SPEED_WINDOW_MS = 5_000;

/** Hosts shown one by one; beyond, the busiest three and a sum. */
const SHOWN_HOSTS = 4;

/** Inputs settled per second over the last few seconds. */
export interface Speedometer {
  /** Notes how far the run is; returns inputs per second, 0 while nothing can be told. */
  read(nowMs: number, settled: number): number;
}

/** A speedometer that has seen nothing yet. */
export function createSpeedometer(): Speedometer {
  const seen: { readonly atMs: number; readonly settled: number }[] = [];
  return {
    read(nowMs, settled) {
      seen.push({ atMs: nowMs, settled });
      while (seen.length > 2 && nowMs - seen[1]!.atMs >= SPEED_WINDOW_MS) seen.shift();
      const first = seen[0]!;
      return nowMs === first.atMs ? 0 : ((settled - first.settled) * 1000) / (nowMs - first.atMs);
    },
  };
}

/** What a view needs besides the tally. */
export interface ViewOptions {
  readonly nowMs: number;
  readonly speed: Speedometer;
}

/** The live block: title, bar, account so far, hosts. Every outside string is made visible. */
export function progressBlock(
  tally: Tally,
  { title, columns, ...view }: ViewOptions & { readonly title: string; readonly columns: number },
): readonly BlockLine[] {
  const rate = view.speed.read(view.nowMs, settledOf(tally));
  const bar = tally.total === undefined || tally.total === 0 ? "" : `${barOf(tally, columns)}  `;
  const account = [`answered ${formatCount(tally.answered)}`, failedWords(tally)];
  if (tally.skipped > 0) account.push(`skipped ${formatCount(tally.skipped)}`);
  if (tally.duplicates > 0) account.push(`duplicates ${formatCount(tally.duplicates)}`);
  if (tally.retries > 0) account.push(`retries ${formatCount(tally.retries)}`);
  account.push(...costWords(tally));
  return [
    { text: visible(title) },
    { text: `  ${bar}${movement(tally, rate)}` },
    { text: `  ${account.join("   ")}`, ...(tally.failed > 0 ? { state: "failed" as const } : {}) },
    ...hostLines(tally, view.nowMs),
  ];
}

/** The same facts on one line, for a log. */
export function progressLine(tally: Tally, { nowMs, speed }: ViewOptions): string {
  const rate = speed.read(nowMs, settledOf(tally));
  const wall = formatDuration(wallMsOf(tally, nowMs));
  const held = [...tally.hosts].filter(([, host]) => host.heldUntilMs > nowMs);
  const words = [
    `${wall}: ${movement(tally, rate)}`,
    `answered ${formatCount(tally.answered)}`,
    failedWords(tally),
    ...costWords(tally),
    ...held
      .slice(0, 3)
      .map(([origin, host]) => `${visible(shownHost(origin))} ${heldWords(host, nowMs)}`),
  ];
  return words.join(" · ");
}

/** What it has cost so far, where requests have a price. */
function costWords(tally: Tally): readonly string[] {
  const cost = costOf(tally);
  return cost === undefined ? [] : [`cost ${formatMoney(cost)}`];
}

function movement(tally: Tally, rate: number): string {
  const settled = settledOf(tally);
  const known = tally.total !== undefined && tally.total > 0;
  const words = [
    known
      ? `${formatCount(settled)} of ${formatCount(tally.total!)}`
      : `${formatCount(settled)} done`,
  ];
  if (known) words.push(`${Math.floor((100 * settled) / tally.total!)} %`);
  else words.push(formatSize(tally.bytes));
  words.push(formatRate(rate));
  words.push(`${formatCount(tally.inFlight)} in flight`);
  if (tally.phase === "draining") words.push("finishing");
  else if (known && rate > 0 && settled < tally.total!) {
    words.push(`${formatDuration(Math.ceil((tally.total! - settled) / rate) * 1000)} left`);
  }
  return words.join("   ");
}

function barOf(tally: Tally, columns: number): string {
  const width = Math.max(8, Math.min(30, columns - 60));
  const done = Math.min(width, Math.round((width * settledOf(tally)) / tally.total!));
  return "█".repeat(done) + "░".repeat(width - done);
}

function failedWords(tally: Tally): string {
  const causes = failureCauses(tally).slice(0, 3).join(", ");
  return `failed ${formatCount(tally.failed)}${causes === "" ? "" : ` (${causes})`}`;
}

/** `9 E_TIMEOUT`, `3 status 404`: the causes of failure, commonest first. */
export function failureCauses(tally: Tally): readonly string[] {
  const causes: (readonly [string, number])[] = [];
  for (const [code, times] of tally.failures) if (code !== "E_STATUS") causes.push([code, times]);
  for (const [status, times] of tally.statuses) causes.push([`status ${status}`, times]);
  const counted = [...tally.statuses.values()].reduce((sum, times) => sum + times, 0);
  const other = (tally.failures.get("E_STATUS") ?? 0) - counted;
  if (other > 0) causes.push(["E_STATUS", other]);
  return causes
    .toSorted((one, another) => another[1] - one[1])
    .map(([cause, times]) => `${formatCount(times)} ${cause}`);
}

function hostLines(tally: Tally, nowMs: number): readonly BlockLine[] {
  const busiest = [...tally.hosts].toSorted(
    ([, a], [, b]) => b.inFlight - a.inFlight || b.requests - a.requests,
  );
  const shown = busiest.length > SHOWN_HOSTS ? busiest.slice(0, 3) : busiest;
  const lines: BlockLine[] = shown.map(([origin, host]) => {
    const name = visible(shownHost(origin));
    if (host.heldUntilMs > nowMs)
      return { text: `  ${name}   ${heldWords(host, nowMs)}`, state: "held" };
    const words = [
      `${formatCount(host.requests)} requests`,
      `${formatCount(host.inFlight)} at once`,
    ];
    if (host.learned !== undefined) words.push(...learnedWords(host.learned));
    if (host.latency.count > 0) words.push(`p50 ${formatDuration(host.latency.percentile(0.5))}`);
    return { text: `  ${name}   ${words.join(" · ")}` };
  });
  if (shown.length < busiest.length) {
    const rest = busiest.slice(shown.length);
    const inFlight = rest.reduce((sum, [, host]) => sum + host.inFlight, 0);
    lines.push({
      text: `  ${formatCount(rest.length)} other hosts   ${formatCount(inFlight)} at once`,
    });
  }
  return lines;
}

/** `~420/s of 40 at once learned`, as far as something was. */
function learnedWords(learned: NonNullable<HostTally["learned"]>): readonly string[] {
  const words: string[] = [];
  if (learned.rate !== Infinity) words.push(`~${formatRate(learned.rate)} learned`);
  return [...words, `up to ${formatCount(learned.concurrency)}`];
}

/** Requests per second: `420/s`, `1.8/s`. */
export function formatRate(rate: number): string {
  return `${rate < 10 ? rate.toFixed(1) : formatCount(Math.round(rate))}/s`;
}

function heldWords(host: HostTally, nowMs: number): string {
  const reason = HELD_BY[host.heldBy ?? "rate"];
  return `held for ${formatDuration(Math.ceil((host.heldUntilMs - nowMs) / 1000) * 1000)}${reason}`;
}

const HELD_BY: Readonly<Record<HoldReason, string>> = {
  "retry-after": " by Retry-After",
  rate: " by its rate",
  outage: ": it does not answer",
};
