import type { Outcome } from "../core/outcome.ts";
import { redactUrl } from "../formats/redact-url.ts";

/** What the journal keeps of an outcome that is more than numbers. */
export interface OutcomeDetail {
  /** Without secrets. */
  readonly url: string;
  readonly message?: string;
  /** The beginning of the answer that was refused. */
  readonly excerpt?: string;
  readonly redirects?: readonly string[];
}

const EXCERPT_BYTES = 500;

/** The detail of a failure or of an answer with redirects as JSON; undefined for a plain answer. */
export function outcomeDetail(outcome: Outcome): string | undefined {
  if (outcome.kind === "answered") {
    const { redirects, url } = outcome.response;
    if (redirects.length === 0) return undefined;
    const hops = [...redirects, url].map((hop) => redactUrl(hop));
    return textOf({ url: redactUrl(outcome.request.url), redirects: hops });
  }
  const url = redactUrl(outcome.request.url);
  const { message, response } = outcome.failure;
  const body = response?.body;
  const excerpt =
    body instanceof Uint8Array && body.byteLength > 0
      ? Buffer.from(body.subarray(0, EXCERPT_BYTES)).toString("utf8")
      : undefined;
  return textOf({ url, message, ...(excerpt === undefined ? {} : { excerpt }) });
}

function textOf(detail: OutcomeDetail): string {
  return JSON.stringify(detail);
}
