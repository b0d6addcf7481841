import { isIP } from "node:net";

import { UsageError } from "../core/usage-error.ts";
import type { StoredCookie } from "../middleware/cookies.ts";

/** How a file of cookies is written: as curl and browser extensions do, or as JSON. */
export type CookieFileFormat = "netscape" | "json";

const HTTP_ONLY = "#HttpOnly_";
const HEADING = "# Netscape HTTP Cookie File";

/** The format that a file's text shows; undefined for an empty one. */
export function formatOfCookies(text: string): CookieFileFormat | undefined {
  const start = text.trimStart();
  if (start === "") return undefined;
  return start.startsWith("{") ? "json" : "netscape";
}

/**
 * The cookies of a file.
 * @throws UsageError that names file and line, or place, of what is no cookie.
 */
export function parseCookies(
  text: string,
  format: CookieFileFormat,
  file: string,
): readonly StoredCookie[] {
  if (text.trim() === "") return [];
  return format === "json" ? parseJson(text, file) : parseNetscape(text, file);
}

/** The text of a file of cookies, whole lines. */
export function formatCookies(cookies: readonly StoredCookie[], format: CookieFileFormat): string {
  if (format === "json") return formatJson(cookies);
  return [HEADING, "", ...cookies.map(formatLine), ""].join("\n");
}

/** Domain, whether subdomains too, path, whether TLS alone, expiry in seconds or 0, name, value. */
function parseNetscape(text: string, file: string): readonly StoredCookie[] {
  const cookies: StoredCookie[] = [];
  for (const [index, raw] of text
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .entries()) {
    const httpOnly = raw.startsWith(HTTP_ONLY);
    const line = httpOnly ? raw.slice(HTTP_ONLY.length) : raw;
    if (line === "" || line.startsWith("#")) continue;
    // Some writers leave out the last tab before an empty value.
    const [dotted = "", subdomains, path = "", secure, expiry = "", name, value = "", ...more] =
      line.split("\t");
    const isFlag = (flag: string | undefined): boolean => flag === "TRUE" || flag === "FALSE";
    const isWhole = name !== undefined && more.length === 0 && dotted !== "";
    if (!isWhole || !isFlag(subdomains) || !isFlag(secure) || !/^-?\d{1,15}$/.test(expiry)) {
      throw new UsageError(`--cookie-jar: ${file}:${index + 1} is no line of a cookie file`);
    }
    const seconds = Number(expiry);
    cookies.push({
      name,
      value,
      ...placeOf(dotted, subdomains === "TRUE"),
      path: path.startsWith("/") ? path : "/",
      secure: secure === "TRUE",
      httpOnly,
      sameSite: undefined,
      expiresMs: seconds === 0 ? undefined : seconds * 1000,
    });
  }
  return cookies;
}

function formatLine(cookie: StoredCookie): string {
  const isWide = cookie.reach === "subdomains";
  return [
    (cookie.httpOnly ? HTTP_ONLY : "") + (isWide ? `.${cookie.domain}` : cookie.domain),
    isWide ? "TRUE" : "FALSE",
    cookie.path,
    cookie.secure ? "TRUE" : "FALSE",
    // Rounded up: 0 would mean the end of the session.
    cookie.expiresMs === undefined ? "0" : String(Math.ceil(cookie.expiresMs / 1000)),
    cookie.name,
    cookie.value,
  ].join("\t");
}

/** The shape of tough-cookie's own files, so that other programs read them. */
function formatJson(cookies: readonly StoredCookie[]): string {
  const shaped = cookies.map(({ name, value, domain, path, ...rest }) => ({
    key: name,
    value,
    domain,
    path,
    hostOnly: rest.reach === "host",
    secure: rest.secure,
    httpOnly: rest.httpOnly,
    ...(rest.sameSite === undefined ? {} : { sameSite: rest.sameSite }),
    ...(rest.expiresMs === undefined ? {} : { expires: new Date(rest.expiresMs).toISOString() }),
  }));
  return `${JSON.stringify({ cookies: shaped }, undefined, 2)}\n`;
}

function parseJson(text: string, file: string): readonly StoredCookie[] {
  const damaged = (what: string): UsageError => new UsageError(`--cookie-jar: ${file}: ${what}`);
  let whole: unknown;
  try {
    whole = JSON.parse(text);
  } catch (error) {
    throw damaged(`not JSON: ${(error as Error).message}`);
  }
  const list = fieldOf(whole, "cookies");
  if (!Array.isArray(list)) throw damaged('there is no list "cookies"');
  return list.map((one: unknown, index) => {
    const [name, value, domain] = ["key", "value", "domain"].map((field) => fieldOf(one, field));
    if (typeof name !== "string" || typeof value !== "string" || typeof domain !== "string") {
      throw damaged(`cookie ${index + 1} lacks a key, a value or a domain`);
    }
    const [path, expires, sameSite] = ["path", "expires", "sameSite"].map((f) => fieldOf(one, f));
    const expiresMs = typeof expires === "string" ? Date.parse(expires) : undefined;
    if (Number.isNaN(expiresMs)) throw damaged(`cookie ${index + 1} expires at no date`);
    return {
      name,
      value,
      ...placeOf(domain, fieldOf(one, "hostOnly") === false),
      path: typeof path === "string" && path.startsWith("/") ? path : "/",
      secure: fieldOf(one, "secure") === true,
      httpOnly: fieldOf(one, "httpOnly") === true,
      sameSite:
        sameSite === "strict" || sameSite === "lax" || sameSite === "none" ? sameSite : undefined,
      expiresMs,
    };
  });
}

/** A host's own cookie stays with it; an address has no subdomains. */
function placeOf(
  dotted: string,
  isWide: boolean,
): { readonly domain: string; readonly reach: StoredCookie["reach"] } {
  const domain = dotted.replace(/^\./, "").toLowerCase();
  return { domain, reach: isWide && isIP(domain) === 0 ? "subdomains" : "host" };
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}
