import { type HeaderList, headerValue } from "./headers.ts";

/** What is asked of a server: plain and serialisable; never changed once made. */
export interface HttpRequest {
  /** Names the request in the account and in `explain`; the same question has the same key. */
  readonly key: string;
  /** Absolute http(s) URL, normalised (WHATWG), without userinfo and fragment. */
  readonly url: string;
  /** Scheme, host and port: credentials and connections never cross it. */
  readonly origin: string;
  /** Path and query, as sent in the request line. */
  readonly target: string;
  readonly method: string;
  readonly headers: HeaderList;
  readonly body: string | Uint8Array | undefined;
  /** Lower-case names of headers that hold a secret: redacted when shown, dropped across origins. */
  readonly secretHeaders: readonly string[];
  /** Safe to repeat: by its method (RFC 9110 §9.2.2), by an Idempotency-Key, or as its maker declares. */
  readonly idempotent: boolean;
  /** Set where a server at a public address pointed to it: it may connect to public addresses alone. */
  readonly reach?: "public";
  /** Why it cannot be sent at all (a row that gives no URL): it fails without being sent. */
  readonly refusal?: string;
  /** What it fails as. @default "E_URL" */
  readonly refusalCode?: "E_URL" | "E_HOOK";
}

/** The parts of a request that its maker gives; all else is derived. */
export interface RequestParts {
  readonly url: string | URL;
  /** @default the method and URL */
  readonly key?: string | undefined;
  /** @default "GET" */
  readonly method?: string | undefined;
  readonly headers?: HeaderList | undefined;
  readonly body?: string | Uint8Array | undefined;
  readonly secretHeaders?: readonly string[] | undefined;
  readonly idempotent?: boolean | undefined;
}

const NONE: readonly string[] = Object.freeze([]);

/** Methods that may be sent again without a second effect (RFC 9110 §9.2.2; QUERY: RFC 10008). */
const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "QUERY"]);

/**
 * Makes a request from its parts.
 * @throws TypeError for a URL that is not absolute http or https.
 */
export function createRequest(parts: RequestParts): HttpRequest {
  const place = typeof parts.url === "string" ? placeOf(parts.url) : normalPlace(parts.url);
  const { origin, target, credentials } = place;
  const method = parts.method ?? "GET";
  const url = origin + target;
  let headers = parts.headers ?? NONE;
  let secretHeaders = parts.secretHeaders ?? NONE;
  if (credentials !== undefined) {
    headers = [...headers, "authorization", credentials];
    secretHeaders = [...secretHeaders, "authorization"];
  }
  return {
    key: parts.key ?? (method === "GET" ? url : `${method} ${url}`),
    url,
    origin,
    target,
    method,
    headers,
    body: parts.body,
    secretHeaders,
    idempotent: parts.idempotent ?? (IDEMPOTENT.has(method) || hasIdempotencyKey(headers)),
  };
}

/** Whether the server is told which request this is, and may take it twice (draft-ietf-httpapi-idempotency-key-header). */
function hasIdempotencyKey(headers: HeaderList): boolean {
  return headerValue(headers, "idempotency-key") !== undefined;
}

/** Where a request goes, normalised. */
interface Place {
  readonly origin: string;
  readonly target: string;
  readonly credentials: string | undefined;
}

/** A path and query that the URL parser would leave as they are: no dot segments, nothing to encode. */
const NORMAL_TARGET = /^\/(?!\.)(?:[\w\-~!$&()*+,;=:@?%.]|\/(?!\.))*(?<!\?)$/;
const ENCODED_DOT = /%2e/i;

/** The text before the path in the latest URL parsed, and the origin that it means. */
let latest = { text: "", origin: "" };

/** Rows of one template share their origin: parsing it once a row would cost more than sending does. */
function placeOf(text: string): Place {
  if (latest.text !== "" && text.startsWith(latest.text)) {
    const target = text.slice(latest.text.length);
    if (NORMAL_TARGET.test(target) && !ENCODED_DOT.test(target)) {
      return { origin: latest.origin, target, credentials: undefined };
    }
  }
  const place = normalPlace(new URL(text));
  const end = /^https?:\/\/[^/?#\\@\s]+(?=\/)/.exec(text);
  if (end !== null && place.credentials === undefined) {
    // The same text for one origin each time: every map that is keyed by it finds it faster.
    const origin = place.origin === latest.origin ? latest.origin : place.origin;
    latest = { text: end[0], origin };
  }
  return place;
}

function normalPlace(url: URL): Place {
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new TypeError(`only http and https URLs can be asked, not ${url.protocol}`);
  }
  if (isNoName(url.hostname)) throw new TypeError(`no host can be called ${url.hostname}`);
  return {
    origin: url.origin,
    target: url.pathname + url.search,
    credentials:
      url.username === "" && url.password === ""
        ? undefined
        : basicCredentials(url.username, url.password),
  };
}

/** Encoded labels of a host name that encode nothing (RFC 5890 §2.3.2.1); URL parsers let them pass. */
const EMPTY_LABEL = /(?:^|\.)xn--(?:[^.]*-)?(?:\.|$)/i;

/** Whether a host name of a URL can be nobody's. */
export function isNoName(hostname: string): boolean {
  return EMPTY_LABEL.test(hostname);
}

/** A request that cannot be sent, so that its row is still accounted for. */
export function refusedRequest(
  text: string,
  refusal: string,
  refusalCode: HttpRequest["refusalCode"] = "E_URL",
): HttpRequest {
  return {
    key: text,
    url: text,
    origin: "",
    target: "",
    method: "GET",
    headers: NONE,
    body: undefined,
    secretHeaders: NONE,
    idempotent: true,
    refusal,
    refusalCode,
  };
}

/** The host a request counts against: `spread`, the gates and the report all ask this one function. */
export function hostOf(request: HttpRequest): string {
  return request.origin;
}

/** The value of an Authorization field for userinfo as a URL spells it (RFC 7617). */
function basicCredentials(username: string, password: string): string {
  const decoded = `${unescaped(username)}:${unescaped(password)}`;
  return `Basic ${Buffer.from(decoded, "utf8").toString("base64")}`;
}

/** Percent-encoded text decoded; as it stands where it is not properly encoded. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
