import { createRequire } from "node:module";

import type * as ToughCookie from "tough-cookie";

import type { HttpRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import type { Middleware } from "../core/send.ts";

/** One cookie, as a jar keeps it. */
export interface StoredCookie {
  readonly name: string;
  readonly value: string;
  /** Lower case, without a leading dot. */
  readonly domain: string;
  /** Whether it goes to this host alone, or to the hosts below it too. */
  readonly reach: "host" | "subdomains";
  readonly path: string;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  readonly sameSite: "strict" | "lax" | "none" | undefined;
  /** Milliseconds since the epoch; undefined ends with the session. */
  readonly expiresMs: number | undefined;
}

/** Cookies of many sites, each sent to the sites alone that it belongs to (RFC 6265). */
export interface CookieStore {
  /** Takes the Set-Cookie fields of an answer from `url`; what the site may not set is ignored. */
  receive(url: string, fields: readonly string[]): void;
  /** The cookies that a request to `url` carries, in the order they are sent. */
  cookiesFor(url: string): readonly Pick<StoredCookie, "name" | "value">[];
  /** Puts in a cookie that was kept. @throws TypeError for one that cannot be sent. */
  add(cookie: StoredCookie): void;
  /** All that are not over, those set longest ago first. */
  all(): readonly StoredCookie[];
}

/** Longest Set-Cookie that is read, as in RFC 6265 §6.1. */
const LONGEST_FIELD = 4_096;
/** Cookies kept of one domain and of all; beyond, those set longest ago go (RFC 6265 §6.1 asks for 50 and 3,000). */
const MOST_OF_DOMAIN = 180;
const MOST = 10_000;
/** Longest Cookie field sent, as in curl: longer ones most servers refuse. */
const LONGEST_SENT = 8_190;

/** Control characters: never read, never sent. The others are bytes, which undici reads and writes as Latin-1. */
// oxlint-disable-next-line no-control-regex
const UNSENDABLE = /[\u0000-\u001f\u007f]|[^\u0000-\u00ff]/;
const NOT_IN_NAME = /[;=\s]/;

/** An empty store. Cookies end by the machine's own time. */
export function createCookieStore(): CookieStore {
  const load = createRequire(import.meta.url);
  const { Cookie, CookieJar } = load("tough-cookie") as typeof ToughCookie;
  // The public suffix list and the prefixes __Host- and __Secure- are heeded.
  const jar = new CookieJar(undefined, { rejectPublicSuffixes: true, prefixSecurity: "silent" });
  const age = createAges((cookie) => {
    jar.store.removeCookie(cookie.domain, cookie.path, cookie.key, () => {});
  });

  return {
    receive(url, fields) {
      for (const field of fields) {
        if (field.length > LONGEST_FIELD || UNSENDABLE.test(field)) continue;
        const kept = jar.setCookieSync(field, url, { ignoreError: true });
        if (kept !== undefined) age.renew(kept);
      }
    },
    cookiesFor(url) {
      const found = jar.getCookiesSync(url);
      return found.map(({ key, value }) => ({ name: key, value }));
    },
    add(cookie) {
      if (UNSENDABLE.test(cookie.name + cookie.value + cookie.domain + cookie.path)) {
        throw new TypeError("a cookie holds a character that cannot be sent");
      }
      if (NOT_IN_NAME.test(cookie.name) || cookie.value.includes(";")) {
        throw new TypeError("a cookie's name or value holds a separator");
      }
      const kept = new Cookie({
        key: cookie.name,
        value: cookie.value,
        domain: cookie.domain,
        hostOnly: cookie.reach === "host",
        path: cookie.path,
        secure: cookie.secure,
        httpOnly: cookie.httpOnly,
        ...(cookie.sameSite === undefined ? {} : { sameSite: cookie.sameSite }),
        expires: cookie.expiresMs === undefined ? "Infinity" : new Date(cookie.expiresMs),
      });
      jar.store.putCookie(kept, () => {});
      age.renew(kept);
    },
    all() {
      const kept = jar.serializeSync()?.cookies ?? [];
      return kept
        .map((one) => storedCookie(Cookie.fromJSON(one)!))
        .filter(({ expiresMs = Infinity }) => expiresMs > Date.now());
    },
  };
}

/**
 * Sends each request the cookies that its site set before, and keeps those that its answer sets: of
 * every hop of a redirect under the hop's own URL, which is why this stands inside of `redirect`. A
 * cookie that the user gave for the request is not sent a second time under the same name.
 */
export function cookies(store: CookieStore): Middleware {
  return (next) => async (request, call) => {
    const response = await next(withCookies(request, store), call);
    const fields = setCookieFields(response);
    if (fields.length > 0) store.receive(request.url, fields);
    return response;
  };
}

function withCookies(request: HttpRequest, store: CookieStore): HttpRequest {
  const known = store.cookiesFor(request.url);
  if (known.length === 0) return request;
  const headers: string[] = [];
  const given: string[] = [];
  for (let index = 0; index < request.headers.length; index += 2) {
    const [name, value] = [request.headers[index]!, request.headers[index + 1]!];
    if (name.toLowerCase() === "cookie") given.push(value);
    else headers.push(name, value);
  }
  const names = new Set(given.flatMap((field) => field.split(";").map(nameOfPair)));
  let field = given.join("; ");
  for (const { name, value } of known) {
    const pair = `${name}=${value}`;
    if (names.has(name) || field.length + pair.length > LONGEST_SENT) continue;
    field = field === "" ? pair : `${field}; ${pair}`;
  }
  headers.push("cookie", field);
  return { ...request, headers, secretHeaders: [...request.secretHeaders, "cookie"] };
}

function nameOfPair(pair: string): string {
  return pair.split("=", 1)[0]!.trim();
}

function setCookieFields({ headers }: HttpResponse): readonly string[] {
  if (!Object.hasOwn(headers, "set-cookie")) return [];
  const fields = headers["set-cookie"] ?? [];
  return typeof fields === "string" ? [fields] : fields;
}

function storedCookie(cookie: ToughCookie.Cookie): StoredCookie {
  const { key, value, domain, hostOnly, path, secure, httpOnly, sameSite } = cookie;
  const expiresMs = cookie.isPersistent() ? cookie.expiryTime() : undefined;
  return {
    name: key,
    value,
    domain: domain ?? "",
    reach: hostOnly === false ? "subdomains" : "host",
    path: path ?? "/",
    secure,
    httpOnly,
    sameSite:
      sameSite === "strict" || sameSite === "lax" || sameSite === "none" ? sameSite : undefined,
    expiresMs: expiresMs === Infinity ? undefined : expiresMs,
  };
}

/** Which cookies were set longest ago, so that no server fills the memory. */
function createAges(forget: (cookie: ToughCookie.Cookie) => void): {
  renew(cookie: ToughCookie.Cookie): void;
} {
  const domains = new Map<string, Map<string, ToughCookie.Cookie>>();
  let count = 0;

  function forgetOldest(domain: string): void {
    const known = domains.get(domain)!;
    const [id, cookie] = known.entries().next().value!;
    known.delete(id);
    count -= 1;
    if (known.size === 0) domains.delete(domain);
    forget(cookie);
  }

  return {
    renew(cookie) {
      const domain = cookie.domain ?? "";
      const id = `${cookie.path ?? ""}\n${cookie.key}`;
      const known = domains.get(domain) ?? new Map<string, ToughCookie.Cookie>();
      domains.delete(domain);
      domains.set(domain, known);
      if (!known.delete(id)) count += 1;
      known.set(id, cookie);
      if (known.size > MOST_OF_DOMAIN) forgetOldest(domain);
      else if (count > MOST) forgetOldest(domains.keys().next().value!);
    },
  };
}
