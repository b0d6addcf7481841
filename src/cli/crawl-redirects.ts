import { Failure } from "../core/failure.ts";
import type { HttpResponse } from "../core/response.ts";
import type { Middleware } from "../core/send.ts";
import type { Canonicalise } from "../formats/canonical-url.ts";
import type { Frontier } from "../sources/frontier.ts";

/**
 * Lets a redirect lead to what nobody else has asked for: the page behind it is then this row's. One that
 * another row has rejects as E_DUPLICATE and is not asked for twice.
 */
export function claimRedirects(frontier: Frontier, canonical: Canonicalise): Middleware {
  return (next) => (request, call) => {
    const { url, key, target } = request;
    if (url === key || target === "/robots.txt") return next(request, call);
    const led = canonical(url);
    if (led === canonical(key) || frontier.claim(led, call.row) === "free") {
      return next(request, call);
    }
    const words = `redirected to ${url}, which is asked for by itself`;
    return Promise.reject<HttpResponse>(
      new Failure("E_DUPLICATE", words, { request, unsent: true }),
    );
  };
}
