import { formatCount, formatDuration, formatSize } from "../formats/quantity.ts";
import { shortenUrl, visible } from "../formats/visible.ts";
import { formatAccount } from "../report/account.ts";
import type { FailedRow } from "../report/failed-rows.ts";
import { formatLocalTime } from "../report/local-time.ts";
import { outputWords } from "../report/run-output.ts";
import { type RunOverview, stateWords } from "../report/run-overview.ts";
import type { RunReport } from "../report/run-report.ts";
import { settledOf, type Tally } from "../report/tally.ts";
import { formatColumns } from "../report/text-columns.ts";
import { shownHost } from "../formats/shown-host.ts";
import { failureCauses } from "./progress-view.ts";

/** Hosts shown one by one. */
const SHOWN_HOSTS = 10;

/** Processes shown one by one: the last ones. */
const SHOWN_SESSIONS = 10;

/** What `show` tells of a run before its failed rows. */
export function reportLines(report: RunReport): readonly string[] {
  const { run, tally, outputs, held, inDoubt } = report;
  const lines = [
    `${visible(run.title)}   run ${visible(run.name)}`,
    stateWords(run),
    accountOf(run, tally),
    "",
    "processes",
    ...sessionLines(run),
  ];
  if (outputs.length > 0) {
    lines.push("", "outputs", ...outputs.map((output) => `  ${outputWords(output, held)}`));
  }
  if (inDoubt > 0 && run.state !== "running") {
    lines.splice(
      2,
      0,
      `${formatCount(inDoubt)} in doubt: they may have been sent, and are not sent again by themselves`,
    );
  }
  if (tally.hosts.size > 0) lines.push("", "hosts", ...hostLines(tally));
  if (tally.failed > 0) {
    lines.push("", "failures", ...failureCauses(tally).map((cause) => `  ${cause}`));
  }
  return lines;
}

/** A line for each failed row; `columns` is the width to shorten URLs to, undefined keeps them. */
export function failedLines(
  rows: readonly FailedRow[],
  columns: number | undefined,
): readonly string[] {
  const header = ["row", "status", "attempts", "url", "why"];
  const cells = rows.map(({ row, status, attempts, url, code, message }) => [
    formatCount(row),
    status === null ? "–" : String(status),
    String(attempts),
    columns === undefined ? visible(url) : shortenUrl(url, Math.max(24, columns - 56)),
    `${code} ${visible(message)}`,
  ]);
  return formatColumns([header, ...cells], ["right", "right", "right", "left", "left"]);
}

function accountOf(run: RunOverview, tally: Tally): string {
  const account = formatAccount(tally);
  const owed = run.total === null ? 0 : run.total - settledOf(tally);
  return owed > 0 ? `${account} · ${formatCount(owed)} owed` : account;
}

function sessionLines({ sessions, state }: RunOverview): readonly string[] {
  if (sessions.length === 0) return ["  none came as far as its first request"];
  const words = (index: number): string => {
    const { pid, beganMs, endedMs, reason } = sessions[index]!;
    if (endedMs !== null) {
      return `${visible(reason ?? "ended")} after ${formatDuration(endedMs - beganMs)}`;
    }
    const isLast = index === sessions.length - 1;
    return isLast && state === "running" ? `running, process ${pid}` : "ended without a word";
  };
  const from = Math.max(0, sessions.length - SHOWN_SESSIONS);
  const lines = sessions
    .slice(from)
    .map(({ beganMs }, index) => `  ${formatLocalTime(beganMs)}   ${words(from + index)}`);
  return from === 0 ? lines : [`  ${formatCount(from)} earlier ones`, ...lines];
}

function hostLines(tally: Tally): readonly string[] {
  const hosts = [...tally.hosts].toSorted(
    ([, one], [, other]) => other.answered + other.failed - (one.answered + one.failed),
  );
  const header = ["host", "answered", "failed", "skipped", "bytes", "p50", "p95", "p99"];
  const cells = hosts.slice(0, SHOWN_HOSTS).map(([origin, host]) => {
    const { answered, failed, skipped, bytes, latency } = host;
    const time = (share: number): string =>
      latency.count === 0 ? "–" : formatDuration(latency.percentile(share));
    return [
      visible(shownHost(origin)) || "(no host)",
      ...[answered, failed, skipped].map(formatCount),
      formatSize(bytes),
      ...[0.5, 0.95, 0.99].map(time),
    ];
  });
  const lines = formatColumns(
    [header, ...cells],
    ["left", ...header.slice(1).map(() => "right" as const)],
  );
  if (hosts.length <= SHOWN_HOSTS) return lines;
  return [...lines, `  and ${formatCount(hosts.length - SHOWN_HOSTS)} hosts more`];
}
