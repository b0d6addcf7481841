import type { Clock } from "../core/clock.ts";
import type { HoldReason, Listener } from "../core/event.ts";
import type { Halt } from "../core/halt.ts";
import type { LimitReading } from "../core/limit-reading.ts";
import { usedUpForMs } from "../policy/used-up.ts";

/** How long one host is waited for, and who hears of it. */
export interface PatienceOptions {
  readonly host: string;
  /** A longer wait that a server asks for is cut to this. Milliseconds. */
  readonly maxRetryAfterMs: number;
  readonly halt: Halt | undefined;
  readonly whenQuotaIsGone: "stop" | "wait";
  readonly signs: { readonly lastMs: number | undefined };
  readonly clock: Clock;
  readonly emit: Listener | undefined;
}

/** Decides for one host which waits are made, cut short or too long to be made, and tells of them. */
export interface Patience {
  /** A declared rate lets the next one leave at `atMs`: returned as it is, after stopping a run that is not to wait so long. */
  forQuota(atMs: number, nowMs: number): number;
  /** A server asks one that left at `leftMs` for a wait: what is really waited. */
  forRetryAfter(askedMs: number | undefined, nowMs: number, leftMs: number): number | undefined;
  /** A server refuses, and its header fields say why: stops a run that is not to wait for the quota that is used up. */
  forUsedUp(readings: readonly LimitReading[]): void;
  /** A server refuses and says nothing of when: stops a run to which nothing else came for long. */
  forBareRefusal(nowMs: number): void;
  /** For how long a limit is used up, as far as fields are believed: they said otherwise once, or one is refused. Milliseconds. */
  usedUpMs(readings: readonly LimitReading[] | undefined, kind: "accepted" | "refused"): number;
  /** Whether fields say that a limit is used up, and nobody was let in while they said so. */
  isUsedUp(readings: readonly LimitReading[] | undefined): boolean;
  /** What header fields say, no wait in it longer than what is really waited. */
  forReadings(readings: readonly LimitReading[], nowMs: number): readonly LimitReading[];
  /** One wants to leave and none is under way: stops a run that is not to wait for a quota that went down to nothing. */
  forNext(nowMs: number): void;
  /** Whether the last wait was cut: whoever comes back before its time asks with one, not with all. */
  readonly isCut: boolean;
  /** The answer to one that left at `leftMs` was accepted: cut waits before that are no longer in a row. */
  accepted(leftMs: number): void;
  /** The host is held until `untilMs`. */
  tellHold(untilMs: number, status: number): void;
  tellOutage(forMs: number): void;
  /** The host is in an outage: stops the run where nothing answers any more. */
  forOutage(nowMs: number, last: string): void;
}

/** Nothing but refusals that name no wait come for so long: the run stops. */
const REFUSED_PATIENCE_MS = 600_000;

/** Resets are told in whole seconds, rounded up. */
const ROUNDED_MS = 1_000;

/** Statuses that may be about how much is asked. */
const REFUSALS: ReadonlySet<number> = new Set([403, 429, 503]);

/** Nothing answers for so long, after something did: the run stops. */
export const NETWORK_PATIENCE_MS = 60_000;

/** Shorter holds are a pace, and nothing to tell. */
const SHORTEST_TOLD_MS = 1_000;

/** A server that asks for more does not mean it. */
export const LONGEST_WAIT_MS = 7 * 86_400_000;

/** Opens the patience with one host. */
export function createPatience(options: PatienceOptions): Patience {
  const { host, halt, clock, emit, signs } = options;
  const isWaiting = options.whenQuotaIsGone === "wait";
  const longestMs = isWaiting ? LONGEST_WAIT_MS : options.maxRetryAfterMs;
  let cutInARow = 0;
  let cutAtMs = -Infinity;
  let askedForMs: number | undefined;
  let toldUntilMs = -Infinity;
  /** Some of a limit was left once: fields that always say 0 are not believed. */
  let hadSome = false;
  let goneUntilMs = -Infinity;
  /** From and until when fields say, without a break, that nothing is left. */
  const zero = { fromMs: Infinity, untilMs: -Infinity };
  let isZeroFalse = false;
  let refusedSinceMs: number | undefined;

  function stopForQuota(forMs: number): void {
    if (isWaiting) return;
    halt?.halt({ reason: "quota", host, untilWallMs: clock.wallNow() + forMs });
  }

  function tell(reason: HoldReason, forMs: number, status: number | undefined): void {
    const askedMs = askedForMs;
    askedForMs = undefined;
    emit?.({ type: "held", atMs: clock.now(), host, forMs, reason, status, askedMs });
  }

  return {
    forQuota(atMs, nowMs) {
      if (atMs - nowMs > options.maxRetryAfterMs) stopForQuota(atMs - nowMs);
      return atMs;
    },
    forRetryAfter(askedMs, nowMs, leftMs) {
      if (askedMs !== undefined) refusedSinceMs = undefined;
      if (askedMs === undefined || askedMs <= longestMs) return askedMs;
      // Those that were under way together are refused together: one hold.
      if (leftMs <= cutAtMs) return longestMs;
      cutAtMs = nowMs;
      cutInARow += 1;
      // Waited for once, as long as we would, and still not: its word is taken.
      if (cutInARow > 1) stopForQuota(Math.min(askedMs, LONGEST_WAIT_MS));
      askedForMs = cutInARow === 1 ? askedMs : undefined;
      return longestMs;
    },
    forUsedUp(readings) {
      const resetMs = usedUpForMs(readings);
      if (resetMs > longestMs) stopForQuota(Math.min(resetMs, LONGEST_WAIT_MS));
    },
    forBareRefusal(nowMs) {
      refusedSinceMs ??= nowMs;
      const refusedForMs = nowMs - refusedSinceMs;
      if (refusedForMs < Math.max(longestMs, REFUSED_PATIENCE_MS)) return;
      halt?.halt({ reason: "quota", host, refusedForMs });
    },
    usedUpMs: (readings, kind) => (hadSome || kind === "refused" ? usedUpForMs(readings) : 0),
    isUsedUp: (readings) => !isZeroFalse && usedUpForMs(readings) > 0,
    forReadings(readings, nowMs) {
      const usedUpMs = usedUpForMs(readings);
      if (usedUpMs === 0) hadSome = true;
      if (nowMs >= zero.untilMs) zero.fromMs = nowMs;
      zero.untilMs = nowMs + usedUpMs;
      goneUntilMs = hadSome && usedUpMs > longestMs ? nowMs + usedUpMs : -Infinity;
      if (readings.every(({ resetMs = 0 }) => resetMs <= longestMs)) return readings;
      return readings.map((reading) => ({
        ...reading,
        resetMs: reading.resetMs && Math.min(reading.resetMs, longestMs),
      }));
    },
    forNext(nowMs) {
      if (goneUntilMs > nowMs) stopForQuota(Math.min(goneUntilMs - nowMs, LONGEST_WAIT_MS));
    },
    get isCut() {
      return cutInARow > 0;
    },
    accepted(leftMs) {
      if (leftMs > cutAtMs) cutInARow = 0;
      refusedSinceMs = undefined;
      if (leftMs > zero.fromMs && clock.now() < zero.untilMs - ROUNDED_MS) isZeroFalse = true;
    },
    tellHold(untilMs, status) {
      const forMs = untilMs - clock.now();
      const isCut = askedForMs !== undefined;
      if (!isCut && (forMs < SHORTEST_TOLD_MS || untilMs <= toldUntilMs)) return;
      toldUntilMs = untilMs;
      const reason = REFUSALS.has(status) ? "retry-after" : "rate";
      // What is told is the wait that was meant, not what is left of it by now.
      tell(reason, isCut ? longestMs : forMs, status);
    },
    tellOutage(forMs) {
      if (forMs >= SHORTEST_TOLD_MS) tell("outage", forMs, undefined);
    },
    forOutage(nowMs, last) {
      if (signs.lastMs === undefined || nowMs - signs.lastMs < NETWORK_PATIENCE_MS) return;
      halt?.halt({ reason: "network", host, forMs: nowMs - signs.lastMs, last });
    },
  };
}
