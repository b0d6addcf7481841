/** Listens to the signals of many who wait: one listener for each signal, however many wait on it. */
export interface SignalWatch {
  /** One more waits on it. */
  watch(signal: AbortSignal | undefined): void;
  /** One less waits on it; with the last one its listener goes. */
  unwatch(signal: AbortSignal | undefined): void;
}

/** Opens a watch. Beware: a listener per waiter would make leaving a line of thousands quadratic. */
export function createSignalWatch(onAbort: (signal: AbortSignal) => void): SignalWatch {
  const watched = new Map<AbortSignal, { waiting: number; readonly stop: () => void }>();
  return {
    watch(signal) {
      if (signal === undefined) return;
      const known = watched.get(signal);
      if (known !== undefined) {
        known.waiting += 1;
        return;
      }
      const stop = (): void => onAbort(signal);
      signal.addEventListener("abort", stop, { once: true });
      watched.set(signal, { waiting: 1, stop });
    },
    unwatch(signal) {
      const known = signal && watched.get(signal);
      if (signal === undefined || known === undefined) return;
      known.waiting -= 1;
      if (known.waiting > 0) return;
      signal.removeEventListener("abort", known.stop);
      watched.delete(signal);
    },
  };
}
