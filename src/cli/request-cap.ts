import { Failure } from "../core/failure.ts";
import type { Middleware } from "../core/send.ts";
import { formatCount } from "../formats/quantity.ts";

/** A limit on the requests that leave, kept exactly. */
export interface RequestCap {
  /** Just before the wire, or nothing where there is no cap. */
  readonly middleware: readonly Middleware[];
  /** Aborted when a request had to stay back. */
  readonly signal: AbortSignal;
  readonly words: string;
}

/** Lets `maxRequests` requests leave; those that stay back are still owed. */
export function createRequestCap(maxRequests: number | undefined): RequestCap {
  const controller = new AbortController();
  let left = maxRequests ?? 0;
  const middleware: Middleware = (next) => (request, call) => {
    if (left > 0) {
      left -= 1;
      return next(request, call);
    }
    controller.abort();
    return Promise.reject(new Failure("E_ABORTED", "stopped", { request, unsent: true }));
  };
  return {
    middleware: maxRequests === undefined ? [] : [middleware],
    signal: controller.signal,
    words: `stopped by --max-requests ${formatCount(maxRequests ?? 0)}`,
  };
}
