import type { Listener, RunEvent } from "../core/event.ts";
import { headerValue } from "../core/headers.ts";
import type { Outcome } from "../core/outcome.ts";
import type { HttpRequest } from "../core/request.ts";
import type { ClientAccount, Departure } from "../rehearsal/evidence.ts";
import { questionOf, SEEN_BODY_BYTES } from "../rehearsal/seen-request.ts";
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
  const failures = new Map<string, number>();
  const outcomes = new Map<string, number>();
  const origins = new Set<string>();

  function noteOutcome(outcome: Outcome): void {
    const question = questionFrom(outcome.request);
    if (!outcome.call.duplicate) addOne(outcomes, question);
    // A row that gives no URL is nobody's fault but its own.
    if (outcome.kind === "failed" && outcome.failure.code !== "E_URL") addOne(failures, question);
  }

  function note(event: RunEvent): void {
    if (event.type === "settled") noteOutcome(event.outcome);
    else if (event.type === "sent") {
      const { request, atMs } = event;
      origins.add(request.origin);
      const question = questionFrom(request);
      const departure: Departure = { question, sentMs: atMs, landedMs: undefined };
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
      const mixedHosts = origins.size - new Set([...origins].map(hostFrom)).size;
      return { ...counts, failures, outcomes, departures, mixedHosts };
    },
  };
}

/** The question as the server sees it. */
function questionFrom({ method, origin, target, headers, body = "" }: HttpRequest): string {
  const host = headerValue(headers, "host") ?? hostFrom(origin);
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const text = Buffer.from(bytes.subarray(0, SEEN_BODY_BYTES)).toString("utf8");
  return questionOf({ method, host: host.toLowerCase(), target, body: text });
}

/** `https://a.example:8443` is `a.example:8443`. */
function hostFrom(origin: string): string {
  return origin.slice(origin.indexOf("//") + 2);
}

function addOne(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
