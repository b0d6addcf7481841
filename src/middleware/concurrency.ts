import type { Clock } from "../core/clock.ts";
import type { Middleware } from "../core/send.ts";
import type { Gate } from "../policy/gate.ts";
import { orAborted } from "./or-aborted.ts";

/** Lets a request pass while it holds a place at the gate, until its body is whole. */
export function concurrency(gate: Gate, clock: Clock): Middleware {
  return (next) => async (request, call) => {
    let permit = gate.tryAcquire();
    if (permit === undefined) {
      const sinceMs = clock.now();
      permit = await orAborted(gate.acquire(call.signal), request);
      call.queuedMs += clock.now() - sinceMs;
    }
    try {
      return await next(request, call);
    } finally {
      permit[Symbol.dispose]();
    }
  };
}
