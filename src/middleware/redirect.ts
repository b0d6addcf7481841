import type { Call } from "../core/call.ts";
import { Failure } from "../core/failure.ts";
import { withoutHeaders } from "../core/headers.ts";
import { createRequest, type HttpRequest } from "../core/request.ts";
import { type Hop, HttpResponse } from "../core/response.ts";
import type { Middleware, Send } from "../core/send.ts";
import type { WireTiming } from "../core/timing.ts";
import { fieldText } from "../protocol/field-text.ts";
import { scopeOfAddress, scopeOfHost, type ScopeOf } from "../transport/address-policy.ts";

/** How redirects are followed. */
export interface RedirectOptions {
  /** Hops followed before it is an error; 0 gives the redirect itself as the answer. */
  readonly maxRedirects: number;
  /** Where a server at a public address may lead: to such addresses alone, or to local ones too. @default "public" */
  readonly redirectsTo?: "public" | "anywhere" | undefined;
  /** Whether https may lead to unencrypted http. @default "refused" */
  readonly downgrades?: "refused" | "followed" | undefined;
  /** Which addresses are public. @default scopeOfAddress */
  readonly scopeOf?: ScopeOf | undefined;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Fields that say nothing of who asks: only these cross to another origin. Everything else that the
 * user set may be a credential under a name nobody knows (`X-Api-Key`), so it stays.
 */
export const SAFE_ACROSS_ORIGINS: ReadonlySet<string> = new Set([
  "accept",
  "accept-language",
  "accept-encoding",
  "user-agent",
  "cache-control",
  "pragma",
  "dnt",
]);

/** Fields that describe a body; they go when the body goes. */
const BODY_FIELDS = /^content-/;

/**
 * Follows redirects (RFC 9110 §15.4), each hop through the gates of its own host. Credentials and
 * custom fields never cross an origin and never come back later in the chain; a body is not sent to
 * another origin; https falls back to http only where that is asked for. Once a public server was reached, the chain stays
 * among public addresses; the transport holds to it when it connects.
 */
export function redirect(options: RedirectOptions): Middleware {
  const { maxRedirects, redirectsTo = "public", scopeOf = scopeOfAddress } = options;
  const { downgrades = "refused" } = options;
  return (send) => (request, call) =>
    send(request, call).then((response) =>
      maxRedirects === 0 || targetOf(response) === undefined
        ? response
        : follow(send, request, call, response),
    );

  async function follow(
    send: Send,
    request: HttpRequest,
    call: Call,
    first: HttpResponse,
  ): Promise<HttpResponse> {
    let response = first;
    let asked = request;
    const hops: Hop[] = [];
    for (;;) {
      const location = targetOf(response);
      if (location === undefined) break;
      const at: Step = { asked, response, location, original: request, hops, downgrades };
      if (hops.length === maxRedirects) {
        throw refusalOf(at, "E_REDIRECT", `more than ${maxRedirects} redirects, the last to`);
      }
      const next = hop(at);
      hops.push({ request: asked, response });
      const isBound = redirectsTo === "public" && wasPublic(asked, response, scopeOf);
      asked = isBound ? { ...next, reach: "public" } : next;
      response = await send(asked, call);
    }
    return arrived(response, asked, hops);
  }
}

/** An answer with the way that led to it, and the time of all of it. */
function arrived(response: HttpResponse, asked: HttpRequest, hops: readonly Hop[]): HttpResponse {
  return new HttpResponse({
    url: response.url,
    status: response.status,
    headers: response.headers,
    body: response.body,
    wireBytes: response.wireBytes,
    protocol: response.protocol,
    remoteAddress: response.remoteAddress,
    timing: sumOf([...hops.map((one) => one.response.timing), response.timing]),
    redirects: hops.map(({ request }) => request.url),
    hops,
    request: asked,
  });
}

/** Where a chain of redirects stands: an answer, and where it leads. */
interface Step {
  readonly asked: HttpRequest;
  readonly response: HttpResponse;
  readonly location: string;
  /** What the row asked. */
  readonly original: HttpRequest;
  /** The redirects before it. */
  readonly hops: readonly Hop[];
  readonly downgrades: "refused" | "followed";
}

/** The chain ends here: the failure has the way that led to it. */
function refusalOf(step: Step, code: "E_REDIRECT" | "E_POLICY", why: string): Failure {
  const { asked, response, location, original, hops } = step;
  const told = hops.length === 0 ? response : arrived(response, asked, hops);
  return new Failure(code, `${why} ${shown(location)}`, { request: original, response: told });
}

/** Where an answer redirects to, or undefined where it does not. */
function targetOf(response: HttpResponse): string | undefined {
  const location = REDIRECTS.has(response.status) ? response.header("location") : undefined;
  return location && fieldText(location);
}

/** Whether an answer came from a public address; behind a proxy, a name that shows nothing counts as one. */
export function wasPublic(
  asked: HttpRequest,
  response: HttpResponse,
  scopeOf: ScopeOf = scopeOfAddress,
): boolean {
  if (asked.reach === "public") return true;
  const { remoteAddress } = response;
  if (remoteAddress !== undefined) return scopeOf(remoteAddress) === "public";
  return scopeOfHost(new URL(asked.origin).hostname, scopeOf) !== "local";
}

/** The request of the next hop. */
function hop(step: Step): HttpRequest {
  const { asked, response, location, original } = step;
  const refuse = (code: "E_REDIRECT" | "E_POLICY", why: string): Failure =>
    refusalOf(step, code, `${why}:`);
  const url = URL.parse(location, asked.url);
  if (url === null) throw refuse("E_REDIRECT", "redirected to what is no URL");
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw refuse("E_POLICY", "redirected away from http");
  }
  const isDowngrade = url.protocol === "http:" && asked.origin.startsWith("https:");
  if (isDowngrade && step.downgrades === "refused") {
    throw refuse("E_REDIRECT", "redirected from https to unencrypted http");
  }
  // Credentials that a server puts into a URL are not the user's to send.
  url.username = "";
  url.password = "";
  const crosses = url.origin !== asked.origin;
  const method = methodAfter(asked.method, response.status);
  const body = method === asked.method ? asked.body : undefined;
  if (crosses && body !== undefined) {
    throw refuse("E_REDIRECT", "redirected with its body to another origin");
  }
  const headers = withoutHeaders(
    asked.headers,
    (name) =>
      (crosses && !SAFE_ACROSS_ORIGINS.has(name)) || (body === undefined && BODY_FIELDS.test(name)),
  );
  return createRequest({
    url,
    key: original.key,
    method,
    headers,
    body,
    secretHeaders: asked.secretHeaders,
    idempotent: asked.idempotent,
  });
}

/** RFC 9110 §15.4.2–4: 303 asks with GET; 301 and 302 turn POST into GET, as all clients do. */
function methodAfter(method: string, status: number): string {
  if (status === 303) return method === "HEAD" ? "HEAD" : "GET";
  return (status === 301 || status === 302) && method === "POST" ? "GET" : method;
}

/** One timing of all answers: phases and totals summed, reuse as the last one had it. */
function sumOf(timings: readonly WireTiming[]): WireTiming {
  const last = timings.at(-1)!;
  const before = timings.slice(0, -1).reduce((sum, timing) => sum + timing.totalMs, 0);
  const add = (pick: (timing: WireTiming) => number | null): number | null => {
    const known = timings.map(pick).filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
  };
  return {
    dnsMs: add((timing) => timing.dnsMs),
    connectMs: add((timing) => timing.connectMs),
    tlsMs: add((timing) => timing.tlsMs),
    firstByteMs: last.firstByteMs === null ? null : before + last.firstByteMs,
    totalMs: before + last.totalMs,
    reused: last.reused,
  };
}

/** Short enough for a sentence. */
function shown(location: string): string {
  return location.length > 200 ? `${location.slice(0, 200)}…` : location;
}
