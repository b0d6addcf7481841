import type { Call } from "../core/call.ts";
import type { Clock } from "../core/clock.ts";
import type { Listener } from "../core/event.ts";
import type { Failure } from "../core/failure.ts";
import type { Halt } from "../core/halt.ts";
import type { HttpRequest } from "../core/request.ts";
import type { HttpResponse } from "../core/response.ts";
import type { Send } from "../core/send.ts";
import type { Breaker } from "../policy/breaker.ts";
import type { Gate } from "../policy/gate.ts";
import type { HostMemory } from "../policy/host-memory.ts";
import type { Departure, RateLearner } from "../policy/rate-learner.ts";
import { createPacedRefusals } from "../policy/paced-refusals.ts";
import { createTiedRefusals } from "../policy/tied-refusals.ts";
import type { Spacing } from "../policy/token-bucket.ts";
import { readLimits } from "../protocol/rate-limit-headers.ts";
import { retryAfterOf } from "../protocol/retry-after.ts";
import { createHostLine, type Leave } from "./host-line.ts";
import { givenUp, latencyOf, signOfFailure, signOfResponse } from "./host-state.ts";
import type { HostGates } from "./hosts.ts";
import { paceRepeats } from "./pace-repeats.ts";
import { createPatience } from "./patience.ts";

/** What decides when requests to one host may leave. */
export interface HostGateOptions {
  readonly host: string;
  readonly learner: RateLearner;
  readonly breaker: Breaker;
  /** The host's declared rates; undefined where none is set. */
  readonly quota: Spacing | undefined;
  /** Places over all hosts. */
  readonly total: Gate;
  /** A longer wait that a server asks for is cut to this. Milliseconds. */
  readonly maxRetryAfterMs: number;
  /** Stops the run where waiting makes no sense; undefined where nothing may. */
  readonly halt: Halt | undefined;
  /** Whether a quota that is gone is waited for, however long it takes. */
  readonly whenQuotaIsGone: "stop" | "wait";
  /** When any host last showed that it is at work; shared by all. */
  readonly signs: { lastMs: number | undefined };
  /** Share of the last while in which our own event loop was busy. @default 0 */
  readonly ownLoad?: ((nowMs: number) => number) | undefined;
  /** Where to keep what was learned. @default nowhere */
  readonly memory?: HostMemory | undefined;
  readonly clock: Clock;
  readonly emit: Listener | undefined;
}

/** What is learned is told and kept this often, while requests land. */
const [TELL_AFTER_MS, KEEP_AFTER_MS] = [1_000, 10_000];

/** Whoever accepted something this recently is at work. */
const AT_WORK_MS = 10_000;

/**
 * All that one host's requests wait for, in one line: its outage, its declared rates, and what was learned
 * of its limits (how many at once, how many a second, not before). A place is held until the body is whole.
 */
export function hostGate(options: HostGateOptions): HostGates {
  const { host, learner, breaker, quota, clock, emit, ownLoad } = options;
  const patience = createPatience(options);
  const ties = createTiedRefusals();
  const paced = createPacedRefusals();
  /** Since it was kept last, and in all. */
  const seen = { requests: 0, refused: 0 };
  let refusedInAll = 0;
  let keptMs = clock.now();
  let acceptedMs = -Infinity;
  let heldUntilMs = -Infinity;
  let toldMs = clock.now();
  let lastFailure: Failure | undefined;

  const isGivenUp = (): boolean => breaker.health === "given up";
  const isReachable = (): boolean => breaker.outage === "failing";

  const line = createHostLine<Departure>({
    total: options.total,
    clock,
    halt: options.halt?.signal,
    nextAt(nowMs) {
      if (breaker.health !== "up" && !(isGivenUp() && isReachable())) {
        const atMs = breaker.nextAt(nowMs);
        if (atMs > nowMs) return atMs;
      }
      if (heldUntilMs > nowMs) return heldUntilMs;
      const quotaMs = quota?.nextAt(nowMs) ?? nowMs;
      if (quotaMs > nowMs) {
        paced.binds(nowMs);
        return patience.forQuota(quotaMs, nowMs);
      }
      if (learner.inFlight === 0) patience.forNext(nowMs);
      else if (patience.isCut) return Infinity;
      return learner.nextAt(nowMs);
    },
    depart(nowMs) {
      breaker.depart(nowMs);
      quota?.take(nowMs);
      seen.requests += 1;
      return learner.depart(nowMs);
    },
    refusal(request) {
      if (!isGivenUp() || isReachable() || lastFailure === undefined) return undefined;
      const nowMs = clock.now();
      return breaker.nextAt(nowMs) > nowMs ? givenUp(request, lastFailure) : undefined;
    },
  });

  function answered(left: Departure, response: HttpResponse, { call, nowMs }: Landed): void {
    const { status } = response;
    const wallMs = clock.wallNow();
    const told = call.keyed ? undefined : readLimits(response.headers, { wallMs });
    const saidMs = status < 400 ? undefined : retryAfterOf(response, wallMs);
    const said = { retryAfterMs: saidMs, isUsedUp: patience.isUsedUp(told) };
    const sign = signOfResponse(status, said);
    const isRefusal = sign.kind === "refused";
    const askedMs = isRefusal ? saidMs : undefined;
    call.limited = isRefusal && status === 403;
    const wereTied = ties.isOn;
    const kind = isRefusal ? "refused" : "accepted";
    const isOfRate = paced.observe(nowMs, kind) === "about the rate";
    const isTied = ties.observe(call.attempts, kind) === "tied" || isOfRate;
    const waitMs = patience.forRetryAfter(askedMs, nowMs, left.atMs);
    // A wait that was named is made, whatever it is for; what was learned from such refusals is wrong.
    if (isTied) heldUntilMs = Math.max(heldUntilMs, nowMs + (waitMs ?? 0), learner.limits.untilMs);
    if (ties.isOn && !wereTied) learner.restart(nowMs, "everything");
    if (told !== undefined && isRefusal) patience.forUsedUp(told);
    const readings = told && patience.forReadings(told, nowMs);
    learner.land(left, {
      nowMs,
      kind: isTied ? "accepted" : sign.kind,
      latencyMs: isTied ? undefined : latencyOf(response),
      retryAfterMs: isTied ? undefined : waitMs,
      readings,
      ownLoad: ownLoad?.(nowMs),
    });
    if (isRefusal) {
      seen.refused += 1;
      refusedInAll += 1;
    }
    const usedUpMs = patience.usedUpMs(readings, kind);
    if (status === 429 && askedMs === undefined && usedUpMs === 0) patience.forBareRefusal(nowMs);
    if (isRefusal || usedUpMs > 0) {
      patience.tellHold(Math.max(learner.limits.untilMs, nowMs + usedUpMs), status);
    }
    if (sign.kind === "accepted") {
      acceptedMs = nowMs;
      patience.accepted(left.atMs);
    }
    tellLimits(nowMs);
    if (sign.outage === undefined) cameBack(nowMs);
    else failed(left, { nowMs, sign: sign.outage, words: `status ${response.status}` });
  }

  /** A run that is killed is to have kept something, too. */
  function keep(): void {
    options.memory?.keep(host, learner.profile(), { ...seen });
    seen.requests = 0;
    seen.refused = 0;
    keptMs = clock.now();
  }

  /** Tells what is known of the limits, at most once a second. */
  function tellLimits(nowMs: number): void {
    if (nowMs - keptMs >= KEEP_AFTER_MS) keep();
    if (emit === undefined || nowMs - toldMs < TELL_AFTER_MS) return;
    toldMs = nowMs;
    const { rate, concurrency } = learner.limits;
    const { heldMs } = line;
    emit({ type: "learned", atMs: nowMs, host, rate, concurrency, heldMs, refused: refusedInAll });
  }

  function broke(left: Departure, error: unknown, nowMs: number): void {
    const sign = signOfFailure(error);
    learner.land(left, { nowMs, kind: sign.kind, latencyMs: undefined, ownLoad: ownLoad?.(nowMs) });
    if (sign.isSilent) return breaker.forget();
    if (sign.outage === undefined) return cameBack(nowMs);
    lastFailure = error as Failure;
    failed(left, { nowMs, sign: sign.outage, words: lastFailure.message });
  }

  function cameBack(nowMs: number): void {
    options.signs.lastMs = nowMs;
    if (breaker.alive()) learner.restart(nowMs);
  }

  function failed(left: Departure, { nowMs, sign, words }: FailedSign): void {
    const wasUp = breaker.dead(nowMs, sign, left.atMs);
    if (wasUp) patience.tellOutage(breaker.nextAt(nowMs) - nowMs);
    if (breaker.health !== "up") patience.forOutage(nowMs, words);
  }

  function leave(next: Send, { place, departure: left }: Leave<Departure>, on: Trip) {
    const { request, call } = on;
    const requestsBefore = call.requests;
    const repeat = quota && paceRepeats(call, { quota, clock });
    const land = (nowMs: number): void => {
      repeat?.[Symbol.dispose]();
      place[Symbol.dispose]();
      line.look();
      const requests = call.requests - requestsBefore;
      emit?.({ type: "landed", atMs: nowMs, request, requests });
    };
    emit?.({ type: "sent", atMs: left.atMs, request });
    return next(request, call).then(
      (response) => {
        // Before its place is free: whoever takes that is to know of a hold.
        const nowMs = clock.now();
        answered(left, response, { call, nowMs });
        land(nowMs);
        return response;
      },
      (error: unknown) => {
        const nowMs = clock.now();
        broke(left, error, nowMs);
        land(nowMs);
        throw error;
      },
    );
  }

  return {
    middleware: (next) => (request, call) => {
      const trip = { request, call };
      const free = line.tryLeave();
      if (free !== undefined) return leave(next, free, trip);
      return line.leave(request, call).then((later) => leave(next, later, trip));
    },
    isIdle: () => learner.inFlight === 0 && line.waiting === 0,
    room: () => learner.limits.concurrency,
    health: () => breaker.health,
    isAtWork: () => clock.now() - acceptedMs < AT_WORK_MS,
    keep,
  };
}

interface Trip {
  readonly request: HttpRequest;
  readonly call: Call;
}

interface Landed {
  readonly call: Call;
  readonly nowMs: number;
}

interface FailedSign {
  readonly nowMs: number;
  readonly sign: NonNullable<Breaker["outage"]>;
  readonly words: string;
}
