import type { Middleware } from "../core/send.ts";
import { hostOf } from "../core/request.ts";
import { createGate, type Gate } from "../policy/gate.ts";
import { orAborted } from "./or-aborted.ts";

/**
 * At most so many requests to one host under way from here, beside whatever its line allows; the others
 * wait in the order in which they came.
 * @throws RangeError as `createGate`
 */
export function hostPlaces(most: number): Middleware {
  // For what it throws, before anything is asked.
  createGate(most);
  const gates = new Map<string, Gate>();
  return (next) => async (request, call) => {
    const host = hostOf(request);
    let gate = gates.get(host);
    if (gate === undefined) gates.set(host, (gate = createGate(most)));
    const free = gate.tryAcquire();
    try {
      using _place = free ?? (await orAborted(gate.acquire(call.signal), request));
      return await next(request, call);
    } finally {
      if (gate.inFlight === 0 && gate.waiting === 0) gates.delete(host);
    }
  };
}
