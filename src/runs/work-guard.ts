import { Failure } from "../core/failure.ts";
import type { Middleware, Send } from "../core/send.ts";
import { createIntents, type Intents } from "../queue/intents.ts";
import type { Journal } from "../queue/journal.ts";

/** Keeps requests that are not safe to repeat from being sent twice, over a crash too. */
export interface Guard {
  /** From now on with the journal of this run; without one nothing is guarded. */
  use(journal: Journal | undefined): void;
  /** The last thing before the wire: it is durable that the request may have left. */
  readonly beforeLeaving: Middleware;
  /** Rows that an earlier process may have sent fail without being sent. */
  inDoubt(send: Send): Send;
}

/** A guard that knows no journal yet. */
export function createGuard(): Guard {
  let intents: Intents | undefined;
  let doubtful: ReadonlySet<number> = new Set();
  return {
    use(journal) {
      intents = journal && createIntents(journal);
      doubtful = new Set(journal?.run.intents);
    },
    beforeLeaving: (next) => (request, call) => {
      if (intents === undefined || request.idempotent) return next(request, call);
      const { add } = intents;
      const noted = call.rows === undefined ? add(call.row) : Promise.all(call.rows.map(add));
      return noted.then(() => next(request, call));
    },
    inDoubt(send) {
      if (doubtful.size === 0) return send;
      return (request, call) => {
        if (request.idempotent || !doubtful.has(call.row)) return send(request, call);
        const words =
          "an earlier process may have sent it when it was stopped; it is not sent again";
        return Promise.reject(new Failure("E_UNKNOWN_EFFECT", words, { request }));
      };
    },
  };
}
