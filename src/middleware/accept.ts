import { Failure } from "../core/failure.ts";
import type { Middleware } from "../core/send.ts";

/** Turns an answer whose status is none of the accepted ones into a Failure, which keeps the answer. */
export function accept(isAccepted: (status: number) => boolean): Middleware {
  return (next) => (request, call) =>
    next(request, call).then((response) => {
      if (isAccepted(response.status)) return response;
      const elapsedMs = response.timing.totalMs;
      throw new Failure("E_STATUS", `status ${response.status}`, { request, response, elapsedMs });
    });
}
