import type { RunEvent } from "../core/event.ts";
import type { Outcome } from "../core/outcome.ts";
import { redactUrl } from "../formats/redact-url.ts";
import { summarise } from "../report/summary.ts";
import type { Progress, ProgressOptions } from "./progress.ts";

/** Lines are gathered for at most this long: a write per event would cost more than the event. */
const FLUSH_MS = 100;

const FLUSH_LENGTH = 64 * 1024;

/** `--progress json`: one JSON object per line for each event; what would be said becomes `{"type":"note"}`. */
export function createEventLines({ terminal, clock, tally }: ProgressOptions): Progress {
  let gathered = "";
  let timer: Disposable | undefined;
  const flush = (): void => {
    timer?.[Symbol.dispose]();
    timer = undefined;
    if (gathered !== "") void terminal.stderr.write(gathered);
    gathered = "";
  };
  const put = (value: object): void => {
    gathered += `${JSON.stringify(value)}\n`;
    if (gathered.length >= FLUSH_LENGTH) flush();
    else timer ??= clock.after(FLUSH_MS, flush);
  };
  return {
    listen: (event) => put(eventLine(event)),
    say: (text) => put({ type: "note", text }),
    complain: (text) => put({ type: "error", text }),
    account: (text, run) => put({ type: "account", text, ...summarise(tally, run ?? null) }),
    aside: (write) => write(),
    [Symbol.dispose]: flush,
  };
}

/** An event as plain data, without bodies, headers and secrets. Times in milliseconds of the run's clock. */
export function eventLine(event: RunEvent): object {
  if (event.type === "settled") {
    return { type: event.type, atMs: event.atMs, ...outcomeLine(event.outcome) };
  }
  if (!("request" in event)) return event;
  const { request, ...rest } = event;
  return { ...rest, url: redactUrl(request.url) };
}

function outcomeLine(outcome: Outcome): object {
  const { call, request } = outcome;
  const failure = outcome.kind === "answered" ? undefined : outcome.failure;
  const response = outcome.kind === "answered" ? outcome.response : outcome.failure.response;
  return {
    kind: outcome.kind,
    method: request.method,
    url: redactUrl(request.url),
    status: response?.status ?? null,
    bytes: response?.bytes ?? null,
    attempts: call.attempts,
    totalMs: response?.timing.totalMs ?? null,
    duplicate: call.duplicate,
    error: failure === undefined ? null : { code: failure.code, message: failure.message },
  };
}
