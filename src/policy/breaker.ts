/** How a host failed: no connection; none after a long wait; or connections that brought failures. */
export type Outage = "unreachable" | "silent" | "failing";

/** How a host is: asked as usual, paused but for single probes, or not waited for any more. */
export type HostHealth = "up" | "paused" | "given up";

/** When one host may be asked at all. Times are one clock's, passed in; it never waits itself. */
export interface Breaker {
  readonly health: HostHealth;
  /** How it failed last. */
  readonly outage: Outage | undefined;
  /** Earliest time at which one may leave: Infinity while a probe is under way. */
  nextAt(nowMs: number): number;
  /** One leaves. */
  depart(nowMs: number): void;
  /** One that left came back with an answer that shows the host at work; true where it was not up before. */
  alive(): boolean;
  /** One that left at `leftMs` did not. True where the host was up until now. */
  dead(nowMs: number, how: Outage, leftMs: number): boolean;
  /** A probe ended without telling anything (it was stopped). */
  forget(): void;
}

/** Chance for the spread of probes. */
export interface BreakerOptions {
  /** A number from 0 to below 1, as Math.random's; a test's is seeded. */
  readonly random: () => number;
}

/** Failures in a row, with nothing between, that are an outage. */
const IN_A_ROW: Readonly<Record<Outage, number>> = { unreachable: 5, silent: 5, failing: 10 };

/** A host that can be reached has failed for this long, too: its hiccups are for retries. */
const FAILING_FOR_MS = 1_000;

/** A connection that is waited for so long, after another was in vain, is a sign as good as five together. */
const SILENT_FOR_MS = 5_000;

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** Probes in vain after which a host that never answered is given up. */
const PROBES_OF_A_STRANGER = 3;

/** How long an outage of a host that has answered before is waited for. */
export const OUTAGE_PATIENCE_MS = 90_000;

/** A host that was given up is tried again this often, by one request. */
const TRY_AGAIN_MS = 30_000;

/**
 * A circuit breaker (M. Nygard, "Release It!", 2007): after 5 failures in a row (10 within a second or
 * more where it can be reached) the host is paused, and one request at a time probes it, after 250 ms
 * doubling to 10 s, each shortened by chance by up to half so that clients do not come in waves. A host
 * that has answered before is waited for 90 seconds; one that never did is given up after three probes,
 * or at once where it let every request wait in vain: five together, or two one after the other. A
 * failure that left before the last sign of life says nothing.
 */
export function createBreaker({ random }: BreakerOptions): Breaker {
  let health: HostHealth = "up";
  let outage: Outage | undefined;
  let failures = 0;
  let probes = 0;
  let hasAnswered = false;
  let isProbing = false;
  let firstFailureMs = 0;
  /** Departures before this one are older than the last sign of life. */
  let agedMs = -Infinity;
  let lastDepartureMs = -Infinity;
  let pausedUntilMs = -Infinity;

  function pause(nowMs: number): void {
    const fullMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** probes);
    pausedUntilMs = nowMs + fullMs * (1 - random() / 2);
    isProbing = false;
  }

  function isInVain(nowMs: number, how: Outage): boolean {
    if (hasAnswered) return nowMs - firstFailureMs >= OUTAGE_PATIENCE_MS;
    return how === "silent" || probes >= PROBES_OF_A_STRANGER;
  }

  /** Whether one that left after another had waited in vain did so, too: retries of few rows are never five at once. */
  function isSilentAgain(nowMs: number, how: Outage, leftMs: number): boolean {
    if (how !== "silent" || hasAnswered) return false;
    return leftMs >= firstFailureMs && nowMs - firstFailureMs >= SILENT_FOR_MS;
  }

  return {
    get health() {
      return health;
    },
    get outage() {
      return outage;
    },
    nextAt(nowMs) {
      if (health === "up") return nowMs;
      return isProbing ? Infinity : pausedUntilMs;
    },
    depart(nowMs) {
      lastDepartureMs = nowMs;
      if (health !== "up") isProbing = true;
    },
    alive() {
      const wasUp = health === "up";
      hasAnswered = true;
      failures = 0;
      if (wasUp) return false;
      health = "up";
      outage = undefined;
      probes = 0;
      isProbing = false;
      agedMs = lastDepartureMs;
      return true;
    },
    dead(nowMs, how, leftMs) {
      if (leftMs <= agedMs) return false;
      outage = how;
      if (failures === 0) firstFailureMs = nowMs;
      failures += 1;
      if (health === "up") {
        if (failures < IN_A_ROW[how] && !isSilentAgain(nowMs, how, leftMs)) return false;
        if (how === "failing" && nowMs - firstFailureMs < FAILING_FOR_MS) return false;
        health = isInVain(nowMs, how) ? "given up" : "paused";
        pause(nowMs);
        if (health === "given up") pausedUntilMs = nowMs + TRY_AGAIN_MS;
        return true;
      }
      // Those that left together with the ones that opened it tell nothing new.
      if (!isProbing || leftMs < lastDepartureMs) return false;
      probes += 1;
      pause(nowMs);
      if (isInVain(nowMs, how)) health = "given up";
      if (health === "given up") pausedUntilMs = nowMs + TRY_AGAIN_MS;
      return false;
    },
    forget() {
      isProbing = false;
    },
  };
}
