import type { Clock } from "./clock.ts";

/** While anything waits, the time is looked at as often as this. */
const BEAT_MS = 1_000;

/** Time that passed unseen for so long: the process, or the machine, stood still. */
const STANDSTILL_MS = 2_500;

/** So much of a standstill counts, so that time goes on where there is one after the other. */
const COUNTED_MS = 100;

/**
 * A clock that stands still together with its process: a laptop that slept, a process that was stopped
 * (SIGSTOP) or that something kept from its event loop for seconds finds every limit of time as far away
 * as it was, and not all of them reached at once. The wall clock goes on. Timers that come too early by
 * this clock are for their owners to set again.
 */
export function createAwakeClock(base: Clock): Clock {
  let seenMs = base.now();
  let asleepMs = 0;
  let waiting = 0;
  let beat: Disposable | undefined;

  function now(): number {
    const nowMs = base.now();
    const unseenMs = nowMs - seenMs;
    seenMs = nowMs;
    // While nothing waits, nobody looks, and nothing is missed.
    if (unseenMs >= STANDSTILL_MS && beat !== undefined) asleepMs += unseenMs - COUNTED_MS;
    return nowMs - asleepMs;
  }

  function keepLooking(): void {
    beat = base.after(BEAT_MS, () => {
      now();
      keepLooking();
    });
  }

  function begin(): void {
    waiting += 1;
    if (waiting > 1) return;
    seenMs = base.now();
    keepLooking();
  }

  function end(): void {
    waiting -= 1;
    if (waiting > 0) return;
    now();
    beat?.[Symbol.dispose]();
    beat = undefined;
  }

  return {
    now,
    wallNow: () => base.wallNow(),
    after(delayMs, callback) {
      begin();
      let state: "waiting" | "over" = "waiting";
      const timer = base.after(delayMs, () => {
        // Looked at first: what is called back asks for the time.
        now();
        state = "over";
        callback();
        end();
      });
      return {
        [Symbol.dispose]() {
          if (state === "over") return;
          state = "over";
          timer[Symbol.dispose]();
          end();
        },
      };
    },
  };
}
