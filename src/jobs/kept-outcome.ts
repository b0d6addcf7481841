import { createCall } from "../core/call.ts";
import { Failure } from "../core/failure.ts";
import type { Outcome } from "../core/outcome.ts";
import { HttpResponse } from "../core/response.ts";
import type { OutcomeDetail } from "../queue/outcome-detail.ts";
import type { OutcomeRecord } from "../queue/outcome-record.ts";
import type { Task } from "../queue/queue.ts";

/** What a journal has of an outcome. */
export interface KeptParts {
  readonly record: OutcomeRecord;
  readonly detail: OutcomeDetail | undefined;
  /** Undefined where none was kept. */
  readonly body: Uint8Array | undefined;
}

/** The outcome of a task as it was, from what its run has kept; nothing is sent. */
export function keptOutcome({ request }: Task, { record, detail, body }: KeptParts): Outcome {
  const call = Object.assign(createCall(undefined, undefined, record.row), {
    attempts: record.attempts,
    requests: record.requests,
    queuedMs: record.queuedMs,
    heldMs: record.heldMs,
    duplicate: record.duplicate,
  });
  // What an expression could not read, another may.
  const wasRead = record.code === "E_PARSE" && body !== undefined;
  if (record.kind === "answered" || wasRead) {
    const response = responseOf(request.url, { record, detail, body });
    return { kind: "answered", request, response, call };
  }
  const failure = new Failure(record.code ?? "E_PROTOCOL", detail?.message ?? "", {
    request,
    ...(record.status === 0 ? {} : { response: responseOf(request.url, { record, detail, body }) }),
    ruling: detail?.ruling,
    ...(record.totalMs === null ? {} : { elapsedMs: record.totalMs }),
  });
  return { kind: record.kind === "skipped" ? "skipped" : "failed", request, failure, call };
}

function responseOf(url: string, { record, detail, body }: KeptParts): HttpResponse {
  const redirects = detail?.redirects ?? [];
  return new HttpResponse({
    url: redirects.at(-1) ?? url,
    status: record.status,
    headers: detail?.headers ?? {},
    body: body ?? new Uint8Array(0),
    wireBytes: record.bytes,
    protocol: "http/1.1",
    redirects: redirects.slice(0, -1),
    timing: {
      dnsMs: record.dnsMs,
      connectMs: record.connectMs,
      tlsMs: record.tlsMs,
      firstByteMs: record.firstByteMs,
      totalMs: record.totalMs ?? 0,
      reused: record.reused,
    },
  });
}
