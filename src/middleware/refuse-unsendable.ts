import { Failure } from "../core/failure.ts";
import type { Middleware } from "../core/send.ts";

/** Fails a request that could not be made from its row, before it counts against anyone. */
export const refuseUnsendable: Middleware = (next) => (request, call) =>
  request.refusal === undefined
    ? next(request, call)
    : Promise.reject(
        new Failure(request.refusalCode ?? "E_URL", request.refusal, { request, unsent: true }),
      );
