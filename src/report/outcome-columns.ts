import { responseHeader } from "../core/headers.ts";
import { redactUrl } from "../formats/redact-url.ts";
import type { OutcomeRecord } from "../queue/outcome-record.ts";
import type { OutcomeRow } from "./outcome-rows.ts";

/** The columns of exported outcomes; times in milliseconds, bytes of the decoded body. */
export const OUTCOME_COLUMNS: readonly string[] = [
  ...["row", "key", "url", "status", "kind", "code", "message", "attempts", "requests"],
  ...["duplicate", "bytes", "at", "queuedMs", "heldMs", "dnsMs", "connectMs", "tlsMs"],
  ...["firstByteMs", "totalMs", "reused"],
];

/** The values of an outcome by column, without secrets; null where there is none. */
export function outcomeValues({ record, detail, task }: OutcomeRow): readonly unknown[] {
  const { row, status, kind, code, attempts, requests, duplicate, bytes, atMs, reused } = record;
  return [
    row,
    task === undefined ? null : redactUrl(task.request.key),
    urlOf({ detail, task }) ?? null,
    status === 0 ? null : status,
    kind,
    code ?? null,
    detail?.message ?? null,
    ...[attempts, requests, duplicate, bytes, new Date(atMs).toISOString()],
    ...timesOf(record),
    reused,
  ];
}

/** The URL that was asked for, without secrets; undefined where nothing tells. */
export function urlOf({ detail, task }: Pick<OutcomeRow, "detail" | "task">): string | undefined {
  return task === undefined ? detail?.url : redactUrl(task.request.url);
}

/** Waits and phases in the order of the columns, to the microsecond; null where one did not happen. */
export function timesOf(record: OutcomeRecord): readonly (number | null)[] {
  const { queuedMs, heldMs, dnsMs, connectMs, tlsMs, firstByteMs, totalMs } = record;
  return [queuedMs, heldMs, dnsMs, connectMs, tlsMs, firstByteMs, totalMs].map((ms) =>
    // A record has 32-bit floats: their other digits mean nothing.
    ms === null ? null : Math.round(ms * 1000) / 1000,
  );
}

/** The media type that an answer said it was, where its run kept that. */
export function mediaTypeOf(detail: OutcomeRow["detail"]): string | undefined {
  return detail?.headers && responseHeader(detail.headers, "content-type");
}
