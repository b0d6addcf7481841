/** Time for whatever waits: the real one, or a test's. All times in milliseconds. */
export interface Clock {
  /** Monotonic time; only differences mean anything. */
  now(): number;
  /** Wall-clock time since the epoch, for reading servers' dates. */
  wallNow(): number;
  /** Calls back once after `delayMs`, unless disposed first. */
  after(delayMs: number, callback: () => void): Disposable;
}

/** Longest delay a Node timer takes (2^31 − 1 ms); more would fire at once. */
const LONGEST_DELAY_MS = 2_147_483_647;

class Timer implements Disposable {
  readonly #handle: NodeJS.Timeout;

  constructor(delayMs: number, callback: () => void) {
    this.#handle = setTimeout(callback, Math.min(Math.max(0, delayMs), LONGEST_DELAY_MS));
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#handle);
  }
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  after: (delayMs, callback) => new Timer(delayMs, callback),
};

/**
 * Resolves after `delayMs`; rejects with the signal's reason as soon as it is aborted. Leaves no
 * timer and no listener behind.
 */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    const timer = clock.after(delayMs, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    const onAbort = (): void => {
      timer[Symbol.dispose]();
      reject(signal!.reason);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
