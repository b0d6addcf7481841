import { HttpResponse } from "../core/response.ts";
import { retryAfterOf } from "../protocol/retry-after.ts";

/**
 * An answer as the 429 that it should have been, so that whoever paces the host and whoever retries
 * treat it as one: with its own Retry-After, or else one of `holdMs`, in whole seconds, where that is given.
 */
export function asRefusal(response: HttpResponse, holdMs: number | undefined): HttpResponse {
  const { url, body, wireBytes, timing, protocol, remoteAddress, redirects } = response;
  const said = retryAfterOf(response, Date.now());
  const isOurs = said === undefined && holdMs !== undefined;
  const field = isOurs ? { "retry-after": String(Math.ceil(holdMs / 1_000)) } : {};
  return new HttpResponse({
    url,
    status: 429,
    headers: { ...response.headers, ...field },
    body,
    wireBytes,
    timing,
    protocol,
    remoteAddress,
    redirects,
  });
}
