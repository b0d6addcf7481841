import { HttpResponse } from "../core/response.ts";

/**
 * An answer as the 429 that it should have been, so that whoever paces the host and whoever retries
 * treat it as one: with a Retry-After of at least `holdMs`, in whole seconds, where there is one to give.
 */
export function asRefusal(response: HttpResponse, holdMs: number | undefined): HttpResponse {
  const { url, body, wireBytes, timing, protocol, remoteAddress, redirects } = response;
  const said = response.header("retry-after");
  const seconds = holdMs === undefined ? undefined : Math.ceil(holdMs / 1_000);
  const isLonger = said !== undefined && (seconds === undefined || !(Number(said) < seconds));
  const field = seconds === undefined || isLonger ? {} : { "retry-after": String(seconds) };
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
