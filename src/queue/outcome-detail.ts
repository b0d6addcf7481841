import type { ResponseHeaders } from "../core/headers.ts";
import type { Outcome, SavedAs } from "../core/outcome.ts";
import type { HttpResponse } from "../core/response.ts";
import { redactUrl } from "../formats/redact-url.ts";
import { isSecretAnswer } from "../protocol/header-rules.ts";

/** What the journal keeps of an outcome that is more than numbers. */
export interface OutcomeDetail {
  /** Without secrets. */
  readonly url: string;
  readonly message?: string;
  /** The beginning of the answer that was refused. */
  readonly excerpt?: string;
  readonly redirects?: readonly string[];
  /** Where its body is saved, where that was found out only then. */
  readonly saved?: SavedAs;
  /** Header fields of a kept answer, lower-case names, secrets left out. */
  readonly headers?: ResponseHeaders;
}

const EXCERPT_BYTES = 500;

/**
 * The detail of a failure, of an answer with redirects or of one that is kept, as JSON; undefined for a
 * plain answer.
 */
export function outcomeDetail(
  outcome: Outcome,
  keeps: "answers" | "nothing" = "nothing",
): string | undefined {
  if (outcome.kind === "answered") {
    const { redirects, headers } = outcome.response;
    const { saved } = outcome;
    if (redirects.length === 0 && keeps === "nothing" && saved === undefined) return undefined;
    return textOf({
      url: redactUrl(outcome.request.url),
      ...redirectsOf(outcome.response),
      ...(saved === undefined ? {} : { saved }),
      ...(keeps === "nothing" ? {} : { headers: withoutSecrets(headers) }),
    });
  }
  const url = redactUrl(outcome.request.url);
  const { message, response } = outcome.failure;
  const body = response?.body;
  const excerpt =
    body instanceof Uint8Array && body.byteLength > 0
      ? Buffer.from(body.subarray(0, EXCERPT_BYTES)).toString("utf8")
      : undefined;
  const headers = keeps === "nothing" ? undefined : response && withoutSecrets(response.headers);
  return textOf({
    url,
    message,
    ...(excerpt === undefined ? {} : { excerpt }),
    ...(response && redirectsOf(response)),
    ...(headers === undefined ? {} : { headers }),
  });
}

/** The URLs of a chain, what answered in the end among them; nothing where no redirect was followed. */
function redirectsOf({ redirects, url }: HttpResponse): Pick<OutcomeDetail, "redirects"> {
  if (redirects.length === 0) return {};
  return { redirects: [...redirects, url].map((hop) => redactUrl(hop)) };
}

function withoutSecrets(headers: ResponseHeaders): ResponseHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isSecretAnswer(name)));
}

function textOf(detail: OutcomeDetail): string {
  return JSON.stringify(detail);
}
