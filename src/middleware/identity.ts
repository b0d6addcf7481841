import { randomInt } from "node:crypto";

import { type HeaderList, headerValue } from "../core/headers.ts";
import type { HttpRequest } from "../core/request.ts";
import type { Middleware } from "../core/send.ts";

/** What every request says of its sender, where the user said nothing. */
export interface IdentityOptions {
  /** A User-Agent, or `random`: each request a common browser's. */
  readonly userAgent: string;
  readonly acceptEncoding: string;
  /** Lower-case names that are not to be added. */
  readonly removedHeaders: readonly string[];
}

/** Common browsers of autumn 2026; a choice among few hides better than an invention. */
const BROWSERS = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/154.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/154.0.0.0 Safari/537.36",
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/154.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:152.0) Gecko/20100101 Firefox/152.0",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:152.0) Gecko/20100101 Firefox/152.0",
  "Mozilla/5.0 (X11; Linux x86_64; rv:152.0) Gecko/20100101 Firefox/152.0",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15",
];

/** Adds User-Agent, Accept and Accept-Encoding where the request has none. */
export function identity(options: IdentityOptions): Middleware {
  // Rows share their header list unless it is templated: complete each list once.
  const completed = new WeakMap<HeaderList, HeaderList>();
  let latest: { readonly given: HeaderList; readonly all: HeaderList } | undefined;

  function complete(headers: HeaderList, userAgent: string): HeaderList {
    const all = [...headers];
    const add = (name: string, value: string): void => {
      if (headerValue(headers, name) !== undefined) return;
      if (!options.removedHeaders.includes(name)) all.push(name, value);
    };
    add("user-agent", userAgent);
    add("accept", "*/*");
    add("accept-encoding", options.acceptEncoding);
    return all.map(utf8);
  }

  function headersOf(request: HttpRequest): HeaderList {
    if (options.userAgent === "random") {
      return complete(request.headers, BROWSERS[randomInt(BROWSERS.length)]!);
    }
    const given = request.headers;
    if (latest?.given === given) return latest.all;
    let all = completed.get(given);
    if (all === undefined) {
      all = complete(given, options.userAgent);
      completed.set(given, all);
    }
    latest = { given, all };
    return all;
  }

  return (next) => (request, call) => next({ ...request, headers: headersOf(request) }, call);
}

/** Text beyond ASCII goes out as UTF-8, one character per byte, as curl sends it (RFC 9110 §5.5, obs-text). */
function utf8(text: string): string {
  // eslint-disable-next-line no-control-regex -- ASCII is what is meant
  return /^[\u0000-\u007f]*$/.test(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}
