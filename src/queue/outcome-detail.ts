import type { ResponseHeaders } from "../core/headers.ts";
import type { Outcome, SavedAs } from "../core/outcome.ts";
import type { HttpResponse } from "../core/response.ts";
import { redactUrl } from "../formats/redact-url.ts";
import { isSecretAnswer } from "../protocol/header-rules.ts";

/** How much of an answer a journal keeps: its body and header fields, or what it can be asked about by. */
export type Keeps = "answers" | "validators" | "nothing";

/** What the journal keeps of an outcome that is more than numbers. */
export interface OutcomeDetail {
  /** Without secrets. */
  readonly url: string;
  readonly message?: string;
  /** What the rule said that refused it, where that sets it apart. */
  readonly ruling?: "quarantine";
  /** The beginning of the answer that was refused. */
  readonly excerpt?: string;
  readonly redirects?: readonly string[];
  /** Where its body is saved, where that was found out only then. */
  readonly saved?: SavedAs;
  /** Header fields of a kept answer, lower-case names, secrets left out; of others what tells their version. */
  readonly headers?: ResponseHeaders;
}

const EXCERPT_BYTES = 500;

/**
 * The detail of a failure, of an answer with redirects or of one of which something is kept, as JSON;
 * undefined for a plain answer.
 */
export function outcomeDetail(outcome: Outcome, keeps: Keeps = "nothing"): string | undefined {
  if (outcome.kind === "answered") {
    const { response, saved } = outcome;
    const headers = headersOf(response, keeps);
    if (response.redirects.length === 0 && headers === undefined && saved === undefined) {
      return undefined;
    }
    return textOf({
      url: redactUrl(outcome.request.url),
      ...redirectsOf(response),
      ...(saved === undefined ? {} : { saved }),
      ...(headers === undefined ? {} : { headers }),
    });
  }
  const url = redactUrl(outcome.request.url);
  const { message, response, ruling } = outcome.failure;
  const body = response?.body;
  const excerpt =
    body instanceof Uint8Array && body.byteLength > 0
      ? Buffer.from(body.subarray(0, EXCERPT_BYTES)).toString("utf8")
      : undefined;
  const headers = keeps === "answers" && response ? headersOf(response, keeps) : undefined;
  return textOf({
    url,
    message,
    ...(ruling === "quarantine" ? { ruling } : {}),
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

/** Fields by which an answer can be asked about, and is read, when it is asked for again. */
const TELLING = ["etag", "last-modified", "date", "content-type"];

function headersOf({ headers }: HttpResponse, keeps: Keeps): ResponseHeaders | undefined {
  if (keeps === "nothing") return undefined;
  if (keeps === "answers") return withoutSecrets(headers);
  if (headers["etag"] === undefined && headers["last-modified"] === undefined) return undefined;
  const told = TELLING.filter((name) => headers[name] !== undefined);
  return Object.fromEntries(told.map((name) => [name, headers[name]]));
}

function withoutSecrets(headers: ResponseHeaders): ResponseHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isSecretAnswer(name)));
}

function textOf(detail: OutcomeDetail): string {
  return JSON.stringify(detail);
}
