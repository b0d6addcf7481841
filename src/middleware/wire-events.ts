import type { Clock } from "../core/clock.ts";
import type { Listener } from "../core/event.ts";
import type { Middleware } from "../core/send.ts";

/** Tells when each request reaches the wire and when it is back; innermost, so it sees every hop and attempt. */
export function wireEvents(emit: Listener, clock: Clock): Middleware {
  return (next) => async (request, call) => {
    emit({ type: "sent", atMs: clock.now(), request });
    try {
      return await next(request, call);
    } finally {
      emit({ type: "landed", atMs: clock.now(), request });
    }
  };
}
