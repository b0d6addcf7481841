import { createHalt, type Halt } from "../core/halt.ts";

/** How a run comes to its end before its inputs do. */
export interface Ebb {
  /** Stops the run from within. Its signal is aborted by a drain, too: nobody who waits to leave is waited for then. */
  readonly halt: Halt;
  /** What drains the run: `asked` from without, `capped` where the cap of requests is reached, or the halt. */
  readonly drainOf: (asked: AbortSignal, capped: AbortSignal) => AbortSignal;
}

/**
 * Who waits to leave when a run is asked to end has nothing in flight that could land: it is sent back,
 * still owed. Else a server's Retry-After would outlast --max-time, and hold up the Ctrl-C. Not so where
 * the cap of requests is reached: those who wait then were counted already.
 */
export function createEbb(): Ebb {
  const halt = createHalt();
  const drained = new AbortController();
  return {
    halt: {
      signal: AbortSignal.any([halt.signal, drained.signal]),
      get cause() {
        return halt.cause;
      },
      halt: (cause) => halt.halt(cause),
    },
    drainOf(asked, capped) {
      const sendBack = (): void => drained.abort();
      if (asked.aborted) sendBack();
      else asked.addEventListener("abort", sendBack, { once: true });
      return AbortSignal.any([asked, capped, halt.signal]);
    },
  };
}
