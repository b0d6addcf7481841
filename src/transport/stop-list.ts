/**
 * Who is to be stopped when a signal is aborted: one listener per signal, whatever the number of those
 * it stops. A listener per request would cost microseconds each and warn of a leak at eleven.
 */
export class StopList<T> {
  readonly #lists = new WeakMap<AbortSignal, Set<T>>();
  readonly #stop: (item: T) => void;

  constructor(stop: (item: T) => void) {
    this.#stop = stop;
  }

  add(signal: AbortSignal, item: T): void {
    let list = this.#lists.get(signal);
    if (list === undefined) {
      const items = new Set<T>();
      list = items;
      this.#lists.set(signal, items);
      signal.addEventListener(
        "abort",
        () => {
          for (const each of items) this.#stop(each);
        },
        { once: true },
      );
    }
    list.add(item);
  }

  remove(signal: AbortSignal, item: T): void {
    this.#lists.get(signal)?.delete(item);
  }
}
