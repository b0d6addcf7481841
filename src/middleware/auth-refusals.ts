import type { Halt } from "../core/halt.ts";
import { hostOf } from "../core/request.ts";
import type { Middleware } from "../core/send.ts";

/** Answers in a row that refuse who asks, after which nothing more is asked. */
export const MOST_REFUSALS = 20;

/**
 * Stops a run whose every answer says that whoever asks may not (401, 403): 20 in a row, with nothing
 * else between, are not followed by 27,000 more. A 403 that is about how much is asked says neither.
 */
export function authRefusals(halt: Halt, accept: (status: number) => boolean): Middleware {
  let inARow = 0;
  return (next) => (request, call) =>
    next(request, call).then((response) => {
      const { status } = response;
      if (call.limited) return response;
      if ((status !== 401 && status !== 403) || accept(status)) {
        inARow = 0;
        return response;
      }
      inARow += 1;
      if (inARow >= MOST_REFUSALS) {
        halt.halt({ reason: "refused", host: hostOf(request), status, times: inARow });
      }
      return response;
    });
}
