import type { ResponseHeaders } from "../core/headers.ts";
import { redactUrl } from "../formats/redact-url.ts";
import type { OutcomeRecord } from "../queue/outcome-record.ts";
import { mediaTypeOf, urlOf } from "./outcome-columns.ts";
import type { OutcomeRow } from "./outcome-rows.ts";

/** Timings of a HAR entry in milliseconds; -1 where a phase did not happen. */
interface HarTimings {
  readonly blocked: number;
  readonly dns: number;
  /** With `ssl`, which it includes. */
  readonly connect: number;
  readonly ssl: number;
  readonly send: number;
  readonly wait: number;
  readonly receive: number;
}

/** What a HAR says of who made it. */
export interface HarOptions {
  readonly version: string;
  /** The run's title. */
  readonly comment: string;
}

/**
 * A HAR 1.2 log (w3c.github.io/web-performance/specs/HAR/Overview.html) in pieces, an entry for each
 * row that `isInHar`. Header fields of answers are those that their run kept; those of requests, cookies and
 * bodies are left empty. URLs are without secrets.
 * @throws TypeError for a row of which no URL is known.
 */
export async function* harText(
  rows: AsyncIterable<OutcomeRow>,
  { version, comment }: HarOptions,
): AsyncGenerator<string> {
  const creator = JSON.stringify({ name: "fanfetch", version });
  yield `{"log":{"version":"1.2","creator":${creator},"comment":${JSON.stringify(comment)},"entries":[`;
  let before = "\n";
  for await (const row of rows) {
    if (!isInHar(row)) continue;
    yield before + JSON.stringify(entryOf(row));
    before = ",\n";
  }
  yield before === "\n" ? "]}}\n" : "\n]}}\n";
}

/** Whether a request of its own was made for the row: not for one that equals another, or cannot be sent. */
export function isInHar({ record, task }: OutcomeRow): boolean {
  return !record.duplicate && record.kind !== "skipped" && task?.request.refusal === undefined;
}

function entryOf(row: OutcomeRow): object {
  const { record, detail, task } = row;
  const url = urlOf(row);
  if (url === undefined) throw new TypeError(`no URL is known of row ${record.row}`);
  const timings = timingsOf(record);
  const { blocked, dns, connect, send, wait, receive } = timings;
  let time = 0;
  for (const ms of [blocked, dns, connect, send, wait, receive]) time += Math.max(0, ms);
  return {
    startedDateTime: new Date(record.atMs - time).toISOString(),
    time: rounded(time),
    request: {
      method: task?.request.method ?? "GET",
      url,
      // What the connection spoke is not kept.
      httpVersion: "unknown",
      cookies: [],
      headers: [],
      queryString: queryOf(url),
      headersSize: -1,
      bodySize: task === undefined ? -1 : Buffer.byteLength(task.request.body ?? ""),
    },
    response: {
      status: record.status,
      statusText: "",
      httpVersion: "unknown",
      cookies: [],
      headers: fieldsOf(detail?.headers ?? {}),
      content: { size: record.bytes, mimeType: mediaTypeOf(detail) ?? "x-unknown" },
      redirectURL: "",
      headersSize: -1,
      bodySize: -1,
    },
    cache: {},
    timings,
    _row: record.row,
    _attempts: record.attempts,
    ...(record.code === undefined ? {} : { _error: record.code, comment: detail?.message ?? "" }),
  };
}

function fieldsOf(headers: ResponseHeaders): readonly object[] {
  return Object.entries(headers).flatMap(([name, value = []]) =>
    (typeof value === "string" ? [value] : value).map((one) => ({
      name,
      value: name.endsWith("location") ? redactUrl(one) : one,
    })),
  );
}

function queryOf(url: string): readonly object[] {
  const parsed = URL.parse(url);
  if (parsed === null) return [];
  return [...parsed.searchParams].map(([name, value]) => ({ name, value }));
}

/** The phases of the last attempt; `blocked` is every wait before it. */
function timingsOf(record: OutcomeRecord): HarTimings {
  const { queuedMs, heldMs, dnsMs, connectMs, tlsMs, firstByteMs } = record;
  const totalMs = record.totalMs ?? 0;
  const connecting = (dnsMs ?? 0) + (connectMs ?? 0) + (tlsMs ?? 0);
  const connect = connectMs === null && tlsMs === null ? -1 : (connectMs ?? 0) + (tlsMs ?? 0);
  const until = firstByteMs ?? totalMs;
  return {
    blocked: rounded(queuedMs + heldMs),
    dns: rounded(dnsMs ?? -1),
    connect: rounded(connect),
    ssl: rounded(tlsMs ?? -1),
    send: 0,
    wait: rounded(Math.max(0, until - connecting)),
    receive: rounded(Math.max(0, totalMs - until)),
  };
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
