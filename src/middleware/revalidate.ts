import type { Call } from "../core/call.ts";
import type { EarlierAnswer } from "../core/earlier-answer.ts";
import { headerValue, type ResponseHeaders } from "../core/headers.ts";
import type { HttpRequest } from "../core/request.ts";
import { HttpResponse } from "../core/response.ts";
import type { Middleware, Send } from "../core/send.ts";
import { conditionalHeaders, isOfSame } from "../protocol/validators.ts";

/** What the user asks under conditions of their own is theirs to judge. */
const OWN = ["if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "range"];

/**
 * Asks a question that an earlier run was answered on condition that the answer has changed (RFC 9110
 * §13): a 304 becomes the earlier answer, whole. Where that is not what it was, or the 304 speaks of
 * another one, it is asked once more without a condition. Whoever asks without an earlier answer is let
 * through: a 304 to them stays one.
 */
export const revalidate: Middleware = (next) => (request, call) => {
  const { earlier } = call;
  if (earlier === undefined || earlier.url !== request.url || request.method !== "GET") {
    return next(request, call);
  }
  if (OWN.some((name) => headerValue(request.headers, name) !== undefined)) {
    return next(request, call);
  }
  return asked(next, { request, call, earlier });
};

interface Question {
  readonly request: HttpRequest;
  readonly call: Call;
  readonly earlier: EarlierAnswer;
}

async function asked(next: Send, { request, call, earlier }: Question): Promise<HttpResponse> {
  const headers = [...request.headers, ...conditionalHeaders(earlier.validators)];
  const response = await next({ ...request, headers }, call);
  if (response.status !== 304) return response;
  const isSame = isOfSame(response.headers, earlier.validators);
  const body = isSame ? await earlier.body() : undefined;
  if (body === undefined) {
    call.earlier = undefined;
    // It is sent once more, which is an attempt of its own and no circle.
    call.attempts += 1;
    return await next(request, call);
  }
  const { url, timing, protocol, remoteAddress, redirects, wireBytes } = response;
  return new HttpResponse({
    ...{ url, timing, protocol, remoteAddress, redirects, wireBytes, body },
    status: earlier.status,
    headers: { ...earlier.headers, ...renewed(response.headers) },
  });
}

/** What a 304 says anew of the answer (RFC 9111 §3.2), as far as anybody here reads it. */
function renewed(headers: ResponseHeaders): ResponseHeaders {
  const names = ["date", "etag", "last-modified"].filter((name) => headers[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, headers[name]]));
}
