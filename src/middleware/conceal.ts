import { Failure } from "../core/failure.ts";
import type { HttpRequest } from "../core/request.ts";
import { HttpResponse } from "../core/response.ts";
import { encodeUnreserved } from "../formats/percent-encoding.ts";

/**
 * The answer as one to the request without its secrets: a key in the query is not part of its URL, nor
 * of the links and redirects in which the server repeats it.
 */
export function concealInResponse(
  response: HttpResponse,
  { request, signed, secrets }: Concealed,
): HttpResponse {
  if (signed.url === request.url) return response;
  const { status, headers, body, wireBytes, timing, protocol, remoteAddress, redirects } = response;
  const url = response.url === signed.url ? request.url : concealText(response.url, secrets);
  const shown = ["location", "link", "content-location", "refresh"].flatMap((name) => {
    const value = response.header(name);
    return value === undefined ? [] : [[name, concealText(value, secrets)] as const];
  });
  return new HttpResponse({
    url,
    status,
    headers: { ...headers, ...Object.fromEntries(shown) },
    body,
    wireBytes,
    timing,
    protocol,
    remoteAddress,
    redirects,
  });
}

/** A request, as it was sent, and what of that nobody is to see. */
export interface Concealed {
  readonly request: HttpRequest;
  readonly signed: HttpRequest;
  readonly secrets: readonly string[];
}

/** The failure as one of the request without its secrets, which its message does not hold either. */
export function concealInFailure(failure: Failure, concealed: Concealed): Failure {
  const { request, secrets } = concealed;
  const { code, transient, unsent, elapsedMs, cause } = failure;
  const response = failure.response && concealInResponse(failure.response, concealed);
  const isTold = (text: string): boolean => secrets.some((secret) => text.includes(secret));
  const hasSecret = cause instanceof Error && isTold(`${cause.message}${cause.stack ?? ""}`);
  return new Failure(code, concealText(failure.message, secrets), {
    request,
    response,
    transient,
    unsent,
    ...(cause === undefined || hasSecret ? {} : { cause }),
    ...(elapsedMs === undefined ? {} : { elapsedMs }),
  });
}

/** A text without secrets, in whatever way they are written in a URL. */
export function concealText(text: string, secrets: readonly string[]): string {
  let shown = text;
  for (const secret of secrets) {
    if (secret === "") continue;
    shown = shown.replaceAll(secret, "REDACTED").replaceAll(encodeUnreserved(secret), "REDACTED");
  }
  return shown;
}
