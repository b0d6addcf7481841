import type { Call } from "../core/call.ts";
import type { Clock } from "../core/clock.ts";
import { Failure } from "../core/failure.ts";
import type { HttpRequest } from "../core/request.ts";
import type { Gate, Permit } from "../policy/gate.ts";
import { createSignalWatch } from "./signal-watch.ts";

/** What decides when the first in line may leave. */
export interface HostLineOptions<D> {
  /** Earliest time at which one may leave: at most `nowMs` for now, Infinity for "not before one lands". */
  readonly nextAt: (nowMs: number) => number;
  /** One leaves now. */
  readonly depart: (nowMs: number) => D;
  /** Why nobody is let through at all, at the moment. @default nobody is turned away */
  readonly refusal: (request: HttpRequest) => Failure | undefined;
  /** Places over all hosts, taken at the moment of departure so that a held host takes none. */
  readonly total: Gate;
  readonly clock: Clock;
  /** Those who wait are sent back when it is aborted. */
  readonly halt: AbortSignal | undefined;
}

/** Leave to go: a place among all hosts until it is given back, and what was noted of the departure. */
export interface Leave<D> {
  readonly place: Permit;
  readonly departure: D;
}

/** The line of those who want to leave for one host, in the order in which they came; retries first. */
export interface HostLine<D> {
  /** Leave at once, or undefined where one has to wait. */
  tryLeave(): Leave<D> | undefined;
  /** Leave as soon as it is one's turn. @throws Failure E_ABORTED, or the refusal of those who are turned away */
  leave(request: HttpRequest, call: Call): Promise<Leave<D>>;
  /** Looks again whether the first may leave: after a landing, or when a hold has changed. */
  look(): void;
  readonly waiting: number;
  /** For how long the first in line waited for time, in all, when it was last let go. Milliseconds. */
  readonly heldMs: number;
}

/**
 * Lets the first in line leave when time, the host's places and a place among all hosts allow it; the
 * others wait for it. Joining, leaving and being admitted take constant time, and one timer serves all.
 */
export function createHostLine<D>(options: HostLineOptions<D>): HostLine<D> {
  return new Line(options);
}

interface Waiter<D> {
  readonly request: HttpRequest;
  readonly call: Call;
  readonly sinceMs: number;
  /** What the line had waited for time when it joined. */
  readonly heldBeforeMs: number;
  readonly resolve: (leave: Leave<D>) => void;
  readonly reject: (error: Failure) => void;
  before: Waiter<D> | undefined;
  behind: Waiter<D> | undefined;
}

class Line<D> implements HostLine<D> {
  waiting = 0;
  readonly #options: HostLineOptions<D>;
  #first: Waiter<D> | undefined;
  #last: Waiter<D> | undefined;
  /** The last in line of those who were sent before; they stand before all others. */
  #lastRetried: Waiter<D> | undefined;
  #timer: Disposable | undefined;
  #timerAtMs = Infinity;
  #wantsPlace = false;
  /** Since when the first waits for time; NaN while it waits for a place, or nobody waits. */
  #heldSinceMs = Number.NaN;
  heldMs = 0;
  readonly #signals = createSignalWatch((signal) => this.#sendBackAll(signal));

  constructor(options: HostLineOptions<D>) {
    this.#options = options;
  }

  tryLeave(): Leave<D> | undefined {
    if (this.#first !== undefined) return undefined;
    const { nextAt, clock, total, depart } = this.#options;
    const nowMs = clock.now();
    if (nextAt(nowMs) > nowMs) return undefined;
    const place = total.tryAcquire();
    return place && { place, departure: depart(nowMs) };
  }

  leave(request: HttpRequest, call: Call): Promise<Leave<D>> {
    const { halt, clock } = this.#options;
    if (call.signal?.aborted === true || halt?.aborted === true) {
      return Promise.reject(stopped(request));
    }
    call.onRest?.("host", "begin");
    return new Promise<Leave<D>>((resolve, reject) => {
      const nowMs = clock.now();
      const isTimed = !Number.isNaN(this.#heldSinceMs);
      const heldBeforeMs = this.heldMs + (isTimed ? nowMs - this.#heldSinceMs : 0);
      this.#join({
        request,
        call,
        sinceMs: nowMs,
        heldBeforeMs,
        resolve,
        reject,
        before: undefined,
        behind: undefined,
      });
      this.look();
    });
  }

  look(): void {
    const { nextAt, clock, total, refusal } = this.#options;
    while (this.#first !== undefined) {
      const { request } = this.#first;
      const turnedAway = refusal(request);
      if (turnedAway !== undefined) {
        this.#sendBack(this.#first, turnedAway);
        continue;
      }
      const nowMs = clock.now();
      const atMs = nextAt(nowMs);
      if (atMs > nowMs) {
        this.#waitUntil(atMs, nowMs);
        return;
      }
      const place = total.tryAcquire();
      if (place === undefined) {
        this.#account(nowMs, "place");
        this.#waitForPlace();
        return;
      }
      this.#admit(this.#first, place, nowMs);
    }
    this.#clearTimer();
  }

  #waitUntil(atMs: number, nowMs: number): void {
    this.#account(nowMs, atMs === Infinity ? "place" : "time");
    if (atMs === this.#timerAtMs && this.#timer !== undefined) return;
    this.#clearTimer();
    if (atMs === Infinity) return;
    this.#timerAtMs = atMs;
    this.#timer = this.#options.clock.after(atMs - nowMs, () => {
      this.#timer = undefined;
      this.#timerAtMs = Infinity;
      this.look();
    });
  }

  /** One request for a place among all serves the whole line: whoever is first then takes it. */
  #waitForPlace(): void {
    if (this.#wantsPlace) return;
    this.#wantsPlace = true;
    void this.#options.total.acquire().then((place) => {
      this.#wantsPlace = false;
      const { nextAt, clock, refusal } = this.#options;
      const nowMs = clock.now();
      const first = this.#first;
      // The wait may have outlived its reason: a hold may have begun, or the first may have left the line.
      if (first === undefined || refusal(first.request) !== undefined || nextAt(nowMs) > nowMs) {
        place[Symbol.dispose]();
      } else {
        this.#admit(first, place, nowMs);
      }
      this.look();
    });
  }

  #admit(waiter: Waiter<D>, place: Permit, nowMs: number): void {
    this.#account(nowMs, Number.isNaN(this.#heldSinceMs) ? "place" : "time");
    this.#unlink(waiter, nowMs);
    waiter.resolve({ place, departure: this.#options.depart(nowMs) });
  }

  #sendBack(waiter: Waiter<D>, failure: Failure): void {
    this.#unlink(waiter, this.#options.clock.now());
    waiter.reject(failure);
  }

  #sendBackAll(signal: AbortSignal): void {
    for (let waiter = this.#first; waiter !== undefined;) {
      const { behind } = waiter;
      if (waiter.call.signal === signal || signal === this.#options.halt) {
        this.#sendBack(waiter, stopped(waiter.request));
      }
      waiter = behind;
    }
    this.look();
  }

  /** Books the time since the last booking as held, where the first waited for time, and what follows. */
  #account(nowMs: number, next: "time" | "place"): void {
    if (!Number.isNaN(this.#heldSinceMs)) this.heldMs += nowMs - this.#heldSinceMs;
    this.#heldSinceMs = next === "time" ? nowMs : Number.NaN;
  }

  #clearTimer(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#timerAtMs = Infinity;
  }

  #join(waiter: Waiter<D>): void {
    // Whoever was sent before is asked first: it has waited longest, and tells whether that has helped.
    const isRetried = waiter.call.attempts > 1;
    waiter.before = isRetried ? this.#lastRetried : this.#last;
    if (isRetried) this.#lastRetried = waiter;
    waiter.behind = waiter.before === undefined ? this.#first : waiter.before.behind;
    if (waiter.before === undefined) this.#first = waiter;
    else waiter.before.behind = waiter;
    if (waiter.behind === undefined) this.#last = waiter;
    else waiter.behind.before = waiter;
    this.waiting += 1;
    this.#signals.watch(waiter.call.signal);
    this.#signals.watch(this.#options.halt);
  }

  #unlink(waiter: Waiter<D>, nowMs: number): void {
    if (waiter === this.#lastRetried) this.#lastRetried = waiter.before;
    if (waiter.before === undefined) this.#first = waiter.behind;
    else waiter.before.behind = waiter.behind;
    if (waiter.behind === undefined) this.#last = waiter.before;
    else waiter.behind.before = waiter.before;
    // Beware: one that is gone, once it is old, would keep whoever stood behind it from dying young.
    waiter.before = undefined;
    waiter.behind = undefined;
    this.waiting -= 1;
    this.#signals.unwatch(waiter.call.signal);
    this.#signals.unwatch(this.#options.halt);
    const { call } = waiter;
    const isTimed = !Number.isNaN(this.#heldSinceMs);
    const heldMs = this.heldMs + (isTimed ? nowMs - this.#heldSinceMs : 0) - waiter.heldBeforeMs;
    call.heldMs += heldMs;
    call.queuedMs += Math.max(0, nowMs - waiter.sinceMs - heldMs);
    if (this.#first === undefined) this.#account(nowMs, "place");
    call.onRest?.("host", "end");
  }
}

function stopped(request: HttpRequest): Failure {
  return new Failure("E_ABORTED", "stopped", { request, unsent: true });
}
