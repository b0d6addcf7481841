import type { Listener, RunEvent } from "../core/event.ts";
import { headerValue } from "../core/headers.ts";
import type { Outcome } from "../core/outcome.ts";
import type { HttpRequest } from "../core/request.ts";
import type { ClientAccount, Departure } from "../rehearsal/evidence.ts";
import { count, createTally } from "../report/tally.ts";

/** A client's notes of its own run, for whoever judges it by what its server saw. */
export interface ClientNotes {
  readonly listen: Listener;
  account(): ClientAccount;
}

/** Takes notes of every request: for runs of bounded length. */
export function createClientNotes(): ClientNotes {
  const tally = createTally();
  const departures: Departure[] = [];
  const underWay = new Map<HttpRequest, Departure>();
  const failedAt = new Map<string, number>();
  const outcomesAt = new Map<string, number>();

  function noteOutcome(outcome: Outcome): void {
    const place = placeOf(outcome.request);
    if (!outcome.call.duplicate) addOne(outcomesAt, place);
    // A row that gives no URL is nobody's fault but its own.
    if (outcome.kind === "failed" && outcome.failure.code !== "E_URL") addOne(failedAt, place);
  }

  function note(event: RunEvent): void {
    if (event.type === "settled") noteOutcome(event.outcome);
    else if (event.type === "sent") {
      const { request, atMs } = event;
      const departure: Departure = { place: placeOf(request), sentMs: atMs, landedMs: undefined };
      departures.push(departure);
      underWay.set(request, departure);
    } else if (event.type === "landed") {
      const departure = underWay.get(event.request);
      if (departure !== undefined) departure.landedMs = event.atMs;
      underWay.delete(event.request);
    }
  }

  return {
    listen(event) {
      count(tally, event);
      note(event);
    },
    account() {
      const { total: inputs, answered, failed, skipped, duplicates } = tally;
      const counts = { inputs, answered, failed, skipped, duplicates };
      return { ...counts, failedAt, outcomesAt, departures };
    },
  };
}

/** Host and target as the server sees them. */
function placeOf({ origin, target, headers }: HttpRequest): string {
  const host = headerValue(headers, "host") ?? origin.slice(origin.indexOf("//") + 2);
  return host.toLowerCase() + target;
}

function addOne(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
