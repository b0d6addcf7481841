import type { Call } from "./call.ts";
import type { HttpRequest } from "./request.ts";
import type { HttpResponse } from "./response.ts";

/** Asks for one answer. Rejects only with a Failure. */
export type Send = (request: HttpRequest, call: Call) => Promise<HttpResponse>;

/** A behaviour around one request: given the next Send, a Send. */
export type Middleware = (next: Send) => Send;

/** The innermost Send and how to close it. */
export interface Transport extends AsyncDisposable {
  readonly send: Send;
}

/** One Send from a transport's and the middleware around it; the first listed is outermost. */
export function compose(innermost: Send, ...middleware: readonly Middleware[]): Send {
  return middleware.reduceRight((next, wrap) => wrap(next), innermost);
}
