import { existsSync, statSync } from "node:fs";

import type { HttpRequest } from "../core/request.ts";
import { formatCount, formatDuration, formatSize } from "../formats/quantity.ts";
import { redactUrl } from "../formats/redact-url.ts";
import { visible } from "../formats/visible.ts";
import type { OutcomeRecord } from "../queue/outcome-record.ts";
import { formatLocalTime } from "../report/local-time.ts";
import { timesOf } from "../report/outcome-columns.ts";
import type { RowHistory } from "../report/row-history.ts";
import { showRequest } from "../report/shown-request.ts";
import { formatColumns } from "../report/text-columns.ts";

/** What is told of one row. */
export interface ExplainedRow {
  /** How the run is named on the command line. */
  readonly run: string;
  readonly history: RowHistory;
  /** Made from the input again; undefined where that is not possible. */
  readonly request: HttpRequest | undefined;
  /** Why the request cannot be made again. */
  readonly why: string | undefined;
  /** Options whose values were secrets, and are not kept. */
  readonly withheld: readonly string[];
  /** Where its answer is saved. */
  readonly file: string | undefined;
}

const TIMES = ["queued", "held", "dns", "connect", "tls", "first byte", "total"] as const;

/** The row in words, for people. */
export function explainLines(explained: ExplainedRow): readonly string[] {
  const { run, history } = explained;
  const { record, detail, row } = history;
  const lines = [`row ${formatCount(row)}   run ${visible(run)}`, ...requestLines(explained), ""];
  if (record === undefined) lines.push(owedWords(explained));
  else lines.push(outcomeWords(history));
  if (record !== undefined && !record.duplicate) lines.push("", ...timeLines(record));
  if (record !== undefined && record.status !== 0) {
    lines.push("", `answer   status ${record.status}, ${formatSize(record.bytes)}`);
  }
  for (const hop of detail?.redirects?.slice(1) ?? [])
    lines.push(`  redirected to ${visible(hop)}`);
  if (detail?.excerpt !== undefined) lines.push(`  it begins: ${visible(detail.excerpt)}`);
  if (explained.file !== undefined && record?.kind === "answered") {
    lines.push(`saved as ${visible(explained.file)}${fileWords(explained.file)}`);
  }
  if (history.waits) lines.push("its record waits for those of rows before it");
  for (const one of history.earlier) {
    lines.push(`before   ${one.kind} ${when(one)}${one.code === undefined ? "" : `: ${one.code}`}`);
  }
  return lines;
}

/** The row as JSON tells it: names are added, none changes. Times in milliseconds. */
export function explainedToJson(explained: ExplainedRow): object {
  const { run, history, request, file } = explained;
  const { row, state, record, detail, waits, earlier } = history;
  return {
    run,
    row,
    state,
    request: request === undefined ? null : showRequest(request),
    url: request === undefined ? (detail?.url ?? null) : redactUrl(request.url),
    origin: history.origin ?? null,
    ...(record === undefined ? {} : recordToJson(record)),
    message: detail?.message ?? null,
    redirects: detail?.redirects ?? [],
    excerpt: detail?.excerpt ?? null,
    file: file ?? null,
    waits,
    earlier: earlier.map(({ kind, code, status, atMs }) => ({
      ...{ kind, code: code ?? null, status: status === 0 ? null : status },
      at: new Date(atMs).toISOString(),
    })),
  };
}

function recordToJson(record: OutcomeRecord): object {
  const { code, status, attempts, requests, duplicate, bytes, atMs, reused } = record;
  const [queuedMs, heldMs, dnsMs, connectMs, tlsMs, firstByteMs, totalMs] = timesOf(record);
  return {
    at: new Date(atMs).toISOString(),
    ...{ code: code ?? null, status: status === 0 ? null : status },
    ...{ attempts, requests, duplicate, bytes },
    timing: { queuedMs, heldMs, dnsMs, connectMs, tlsMs, firstByteMs, totalMs, reused },
  };
}

function requestLines({ request, why, withheld, history }: ExplainedRow): readonly string[] {
  if (request === undefined) {
    const url = history.detail?.url;
    const told = url === undefined ? [] : [visible(url)];
    return [...told, `the request cannot be made again: ${visible(why ?? "the input is gone")}`];
  }
  const { refusal } = request;
  const { method, url, headers, bodyBytes } = showRequest(request);
  const lines = [`${method} ${visible(url)}`];
  if (refusal !== undefined) lines.push(`  cannot be sent: ${visible(refusal)}`);
  for (const { name, value } of headers) {
    lines.push(`  ${visible(name)}: ${value === null ? "(withheld)" : visible(value)}`);
  }
  if (withheld.length > 0) lines.push(`  not kept: ${visible(withheld.join(", "))}`);
  if (request.body !== undefined) lines.push(`  body of ${formatSize(bodyBytes)}`);
  return lines;
}

function outcomeWords({ record, detail }: RowHistory): string {
  const { kind, code, attempts, requests, duplicate } = record!;
  const why = code === undefined ? "" : `: ${code} ${visible(detail?.message ?? "")}`.trimEnd();
  const sent = duplicate
    ? "from an equal request that was asked already"
    : requests === 0
      ? "never sent"
      : `${formatCount(attempts)} ${attempts === 1 ? "attempt" : "attempts"}, ${formatCount(requests)} ${requests === 1 ? "request" : "requests"}`;
  return `${kind} ${when(record!)}${why}\n  ${sent}`;
}

function when({ atMs }: OutcomeRecord): string {
  return `at ${formatLocalTime(atMs)}`;
}

function timeLines(record: OutcomeRecord): readonly string[] {
  const times = timesOf(record).map((ms) => (ms === null ? "–" : formatDuration(ms)));
  return formatColumns(
    [TIMES, times],
    TIMES.map(() => "right" as const),
  );
}

function owedWords({ history, run, request }: ExplainedRow): string {
  const { state, earlier } = history;
  const name = visible(run);
  if (state === "on its way") return "owed: its request is on its way";
  if (state === "in doubt") {
    const method = request?.method ?? "its method";
    return `in doubt: it may have been sent when the process was stopped, and ${method} is not safe to repeat; resume does not send it, and lets it fail as E_UNKNOWN_EFFECT`;
  }
  if (history.run === "running") return "owed: its turn has not come, or it is on its way";
  const before = earlier.length === 0 ? "the run stopped before" : "it is to be asked again, and";
  return `owed: ${before} its outcome was on the disk; go on with: fanfetch resume ${name}`;
}

function fileWords(path: string): string {
  return existsSync(path)
    ? `   ${formatSize(statSync(path).size)}`
    : ", which is not there any more";
}
