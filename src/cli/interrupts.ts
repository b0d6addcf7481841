import type { Clock } from "../core/clock.ts";
import type { RunSignals } from "../runs/work.ts";

/** How long a run may finish what is in flight after the first signal. */
export const DRAIN_MS = 10_000;

/** Where signals come from: the process, or a test. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
}

/** The signals of a run while it listens, and what came. Disposing gives the keys back their defaults. */
export interface Interrupts extends RunSignals, Disposable {
  /** 128 + the signal's number, once one has come. */
  readonly exitCode: number | undefined;
  /** Stops starting anything new, for a reason of our own. */
  drainNow(): void;
  /** Gives up everything, for a reason of our own. */
  stopNow(): void;
}

const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Listens for Ctrl-C, SIGTERM and SIGHUP: the first drains for at most ten seconds, a second one, of
 * any kind, stops at once. `onStage` hears of both.
 */
export function listenForInterrupts(
  source: SignalSource,
  clock: Clock,
  onStage: (stage: "draining" | "stopping") => void,
): Interrupts {
  const drain = new AbortController();
  const stop = new AbortController();
  let exitCode: number | undefined;
  let timer: Disposable | undefined;
  const stopNow = (): void => {
    drain.abort();
    stop.abort();
  };
  const onSignal = (code: number): void => {
    if (exitCode === undefined) {
      exitCode = code;
      onStage("draining");
      timer = clock.after(DRAIN_MS, stopNow);
      drain.abort();
    } else if (!stop.signal.aborted) {
      onStage("stopping");
      stopNow();
    }
  };
  const listeners = Object.entries(CODES).map(
    ([signal, code]) => [signal as NodeJS.Signals, () => onSignal(code)] as const,
  );
  for (const [signal, listener] of listeners) source.on(signal, listener);
  return {
    drain: drain.signal,
    stop: stop.signal,
    get exitCode() {
      return exitCode;
    },
    drainNow: () => drain.abort(),
    stopNow,
    [Symbol.dispose]() {
      timer?.[Symbol.dispose]();
      for (const [signal, listener] of listeners) source.off(signal, listener);
    },
  };
}
