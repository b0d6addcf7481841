import type { Call } from "../core/call.ts";
import type { Clock } from "../core/clock.ts";
import type { HttpRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import type { Middleware } from "../core/send.ts";
import type { Gate, Permit } from "../policy/gate.ts";
import { orAborted } from "./or-aborted.ts";

/** Lets a request pass while it holds a place at the gate, until its body is whole. */
export function concurrency(gate: Gate, clock: Clock): Middleware {
  return (next) => {
    const pass = (permit: Permit, request: HttpRequest, call: Call): Promise<HttpResponse> =>
      next(request, call).then(
        (response) => {
          permit[Symbol.dispose]();
          return response;
        },
        (error: unknown) => {
          permit[Symbol.dispose]();
          throw error;
        },
      );

    async function waitAndPass(request: HttpRequest, call: Call): Promise<HttpResponse> {
      const sinceMs = clock.now();
      const permit = await orAborted(gate.acquire(call.signal), request);
      call.queuedMs += clock.now() - sinceMs;
      return pass(permit, request, call);
    }

    return (request, call) => {
      const permit = gate.tryAcquire();
      return permit === undefined ? waitAndPass(request, call) : pass(permit, request, call);
    };
  };
}
