import type { HeaderList } from "../../src/core/headers.ts";
import type { LimitReading } from "../../src/core/limit-reading.ts";
import type { Departure, RateLearner } from "../../src/policy/rate-learner.ts";
import type { LimitModel } from "../../src/rehearsal/limit-model.ts";
import { logNormal, seededChance } from "./chance.ts";
import { EventHeap } from "./event-heap.ts";

/** One run of a client against a model, in virtual time. */
export interface Simulation {
  readonly client: RateLearner;
  readonly model: LimitModel;
  readonly seed: number;
  /** How long the client goes on asking, milliseconds. */
  readonly forMs: number;
  /** Requests to make in all. @default as many as it can */
  readonly rows?: number | undefined;
  /** @default 50 */
  readonly roundTripMs?: number | undefined;
  /** Uniform, one way. @default 1.5 */
  readonly jitterMs?: number | undefined;
  /** Timers wake so much too late, uniform. @default 0 */
  readonly timerMs?: number | undefined;
  /** Places among all hosts. @default 256 */
  readonly most?: number | undefined;
  /** Asks refused rows again at once and not after a back-off. */
  readonly hasty?: boolean | undefined;
  /** What the service time is multiplied by at a time. @default 1 */
  readonly slower?: ((nowMs: number) => number) | undefined;
  /** Told of every departure. */
  readonly onDepart?: ((nowMs: number, inFlight: number) => void) | undefined;
}

/** What the server saw. */
export interface Simulated {
  /** Times of answers that were accepted, as they arrived at the server. */
  readonly acceptedAt: readonly number[];
  readonly refusedAt: readonly number[];
  readonly dropped: number;
  /** Rows that failed more often than they are retried. */
  readonly lost: number;
  /** Accepted and landed. */
  readonly answered: number;
  readonly lastLandedMs: number;
  /** In flight, at each departure. */
  readonly inFlight: readonly number[];
}

interface Row {
  refused: number;
  failed: number;
}
interface Flight {
  readonly row: Row;
  readonly departure: Departure;
  readonly atMs: number;
  kind: "accepted" | "refused" | "failed";
  headers: HeaderList;
}
type Event =
  | { readonly kind: "wake" }
  | { readonly kind: "again"; readonly row: Row }
  | { readonly kind: "arrive"; readonly flight: Flight }
  | { readonly kind: "leave"; readonly flight: Flight }
  | { readonly kind: "land"; readonly flight: Flight };

const RETRIES = 4;
const EPOCH = 1_700_000_000_000;

/** Plays a client against a server: one line of rows, as the middleware drives a learner. */
export function simulate(simulation: Simulation): Simulated {
  const { client, model, forMs } = simulation;
  const { roundTripMs = 50, jitterMs = 1.5, most = 256, rows = Infinity } = simulation;
  const { timerMs = 0 } = simulation;
  const random = seededChance(simulation.seed);
  const wireMs = roundTripMs * 0.1;
  const serviceMs = Math.max(0.1, roundTripMs - 2 * wireMs - jitterMs / 2);
  // Windows of the clock begin somewhere in the run.
  const epoch = EPOCH + Math.floor(random() * 3_600_000);
  const events = new EventHeap<Event>();
  const again: Row[] = [];
  let againHead = 0;
  let begun = 0;
  let flying = 0;
  let wakeAt = Infinity;
  const seen = {
    acceptedAt: [] as number[],
    refusedAt: [] as number[],
    dropped: 0,
    lost: 0,
    answered: 0,
    lastLandedMs: 0,
    inFlight: [] as number[],
  };

  const run = (nowMs: number): void => {
    while ((begun < rows || againHead < again.length) && flying < most && nowMs < forMs) {
      const at = client.nextAt(nowMs);
      if (at > nowMs) {
        if (at < wakeAt) {
          wakeAt = at;
          events.push(at + (timerMs > 0 ? random() * timerMs : 0), { kind: "wake" });
        }
        return;
      }
      const row = begun < rows ? { refused: 0, failed: 0 } : again[againHead++]!;
      if (begun < rows) begun += 1;
      const departure = client.depart(nowMs);
      flying += 1;
      seen.inFlight.push(flying);
      simulation.onDepart?.(nowMs, flying);
      const flight: Flight = { row, departure, atMs: nowMs, kind: "failed", headers: [] };
      events.push(nowMs + wireMs + random() * jitterMs, { kind: "arrive", flight });
    }
  };

  const arrive = (nowMs: number, flight: Flight): void => {
    const slower = simulation.slower?.(nowMs) ?? 1;
    const ownMs = serviceMs * slower * logNormal(random, 0.2);
    const verdict = model.arrive({ nowMs, wallMs: epoch + nowMs, serviceMs: ownMs });
    const event: Event = { kind: "land", flight };
    if (verdict.kind !== "dropped") flight.headers = verdict.headers;
    if (verdict.kind === "accepted") {
      flight.kind = "accepted";
      seen.acceptedAt.push(nowMs);
      events.push(nowMs + verdict.forMs, { kind: "leave", flight });
    } else if (verdict.kind === "refused") {
      flight.kind = "refused";
      seen.refusedAt.push(nowMs);
      events.push(nowMs + verdict.forMs + wireMs, event);
    } else {
      seen.dropped += 1;
      events.push(nowMs + verdict.forMs + wireMs, event);
    }
  };

  const land = (nowMs: number, flight: Flight): void => {
    flying -= 1;
    const { kind, headers, row } = flight;
    const retryAfterMs = kind === "refused" ? retryAfterOf(headers, epoch + nowMs) : undefined;
    client.land(flight.departure, {
      nowMs,
      kind,
      latencyMs: kind === "failed" ? undefined : nowMs - flight.atMs,
      retryAfterMs,
      readings: readingsOf(headers, epoch + nowMs),
    });
    seen.lastLandedMs = nowMs;
    if (kind === "accepted") {
      seen.answered += 1;
      return;
    }
    if (kind === "failed" && ++row.failed > RETRIES) {
      seen.lost += 1;
      return;
    }
    if (kind === "refused") row.refused += 1;
    const turns = row.refused + row.failed;
    const waitMs =
      simulation.hasty === true
        ? 0
        : (retryAfterMs ?? random() * Math.min(30_000, 200 * 2 ** Math.min(20, turns)));
    events.push(nowMs + waitMs, { kind: "again", row });
  };

  run(0);
  while (events.nextAt < Infinity) {
    const nowMs = events.nextAt;
    const event = events.pop();
    if (event.kind === "arrive") arrive(nowMs, event.flight);
    else if (event.kind === "leave") {
      model.leave(nowMs);
      events.push(nowMs + wireMs, { kind: "land", flight: event.flight });
    } else if (event.kind === "land") {
      land(nowMs, event.flight);
      run(nowMs);
    } else if (event.kind === "again") {
      if (nowMs >= forMs) continue;
      again.push(event.row);
      run(nowMs);
    } else {
      if (nowMs >= wakeAt) wakeAt = Infinity;
      run(nowMs);
    }
  }
  return seen;
}

/** The wait of a Retry-After of seconds or of a fixdate. */
function retryAfterOf(headers: HeaderList, wallMs: number): number | undefined {
  const index = headers.indexOf("retry-after");
  if (index < 0) return undefined;
  const text = headers[index + 1]!;
  return /^\d+$/.test(text) ? Number(text) * 1000 : Math.max(0, Date.parse(text) - wallMs);
}

/** Reads the fields that models write, and no others. */
function readingsOf(headers: HeaderList, wallMs: number): readonly LimitReading[] | undefined {
  if (headers.length < 4) return undefined;
  const field = (name: string): string | undefined => {
    const index = headers.indexOf(name);
    return index < 0 ? undefined : headers[index + 1];
  };
  const ietf = field("ratelimit");
  if (ietf !== undefined) {
    const [, r, t] = /r=(\d+);t=(\d+)/.exec(ietf)!;
    const policy = field("ratelimit-policy")!;
    const window = /w=(\d+)/.exec(policy)?.[1];
    return [
      {
        name: "default",
        limit: Number(/q=(\d+)/.exec(policy)![1]),
        remaining: Number(r),
        resetMs: Number(t) * 1000,
        windowMs: window === undefined ? undefined : Number(window) * 1000,
      },
    ];
  }
  const limit = field("x-ratelimit-limit");
  if (limit === undefined) return undefined;
  const reset = Number(field("x-ratelimit-reset"));
  return [
    {
      name: undefined,
      limit: Number(limit),
      remaining: Number(field("x-ratelimit-remaining")),
      resetMs: reset > 1e9 ? Math.max(0, reset * 1000 - wallMs) : reset * 1000,
      windowMs: undefined,
    },
  ];
}
