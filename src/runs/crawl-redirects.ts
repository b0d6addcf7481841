import type { Call } from "../core/call.ts";
import { Failure } from "../core/failure.ts";
import type { HttpResponse } from "../core/response.ts";
import type { Middleware } from "../core/send.ts";
import type { Canonicalise } from "../formats/canonical-url.ts";
import type { Frontier } from "../sources/frontier.ts";

/** URLs that one attempt has led through. */
interface Chain {
  readonly attempt: number;
  readonly urls: Set<string>;
}

/**
 * Lets a redirect lead to what nobody else has asked for: the page behind it is then this row's. One that
 * another row has rejects as E_DUPLICATE and is not asked for twice; a circle rejects as E_REDIRECT.
 */
export function claimRedirects(frontier: Frontier, canonical: Canonicalise): Middleware {
  const chains = new WeakMap<Call, Chain>();

  function isCircle(url: string, call: Call): boolean {
    const known = chains.get(call);
    if (known?.attempt === call.attempts) {
      if (known.urls.has(url)) return true;
      known.urls.add(url);
    } else chains.set(call, { attempt: call.attempts, urls: new Set([url]) });
    return false;
  }

  return (next) => (request, call) => {
    const { url, key, target } = request;
    if (target === "/robots.txt") return next(request, call);
    const refuse = (code: "E_REDIRECT" | "E_DUPLICATE", words: string): Promise<HttpResponse> =>
      Promise.reject(new Failure(code, words, { request, unsent: true }));
    if (isCircle(url, call)) return refuse("E_REDIRECT", `redirected in a circle, back to ${url}`);
    if (url === key) return next(request, call);
    const led = canonical(url);
    if (led === canonical(key) || frontier.claim(led, call.row) === "free") {
      return next(request, call);
    }
    return refuse("E_DUPLICATE", `redirected to ${url}, which is asked for by itself`);
  };
}
