/** The right to one place at a gate; giving it back twice gives it back once. */
export type Permit = Disposable;

/** A gate with a fixed number of places; those who wait are let in in the order they came. */
export interface Gate {
  /** A place at once, or undefined when none is free or others wait. */
  tryAcquire(): Permit | undefined;
  /** A place as soon as it is one's turn; rejects with the signal's reason when it is aborted before. */
  acquire(signal?: AbortSignal): Promise<Permit>;
  /** Changes the number of places; those who are in stay in. */
  resize(places: number): void;
  readonly inFlight: number;
  readonly waiting: number;
  readonly mostAtOnce: number;
}

interface Waiter {
  readonly admit: (permit: Permit) => void;
  gone: "no" | "yes";
}

/** Opens a gate. @throws RangeError unless `places` is above 0. */
export function createGate(places: number): Gate {
  if (!(places > 0)) throw new RangeError(`a gate needs at least one place, not ${places}`);
  let limit = places;
  let inFlight = 0;
  let mostAtOnce = 0;
  const waiters: Waiter[] = [];
  let first = 0;
  let gone = 0;

  class Place implements Disposable {
    #held: "yes" | "no" = "yes";

    [Symbol.dispose](): void {
      if (this.#held === "no") return;
      this.#held = "no";
      inFlight -= 1;
      admitWaiting();
    }
  }

  function enter(): Permit {
    inFlight += 1;
    if (inFlight > mostAtOnce) mostAtOnce = inFlight;
    return new Place();
  }

  function admitWaiting(): void {
    while (inFlight < limit && first < waiters.length) {
      const waiter = waiters[first]!;
      first += 1;
      if (first >= 1_024 || first === waiters.length) {
        waiters.splice(0, first);
        first = 0;
      }
      if (waiter.gone === "yes") gone -= 1;
      else waiter.admit(enter());
    }
  }

  return {
    tryAcquire() {
      return inFlight < limit && waiters.length - first - gone === 0 ? enter() : undefined;
    },
    acquire(signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason);
        const waiter: Waiter = {
          gone: "no",
          admit(permit) {
            signal?.removeEventListener("abort", leave);
            resolve(permit);
          },
        };
        const leave = (): void => {
          waiter.gone = "yes";
          gone += 1;
          reject(signal!.reason);
        };
        signal?.addEventListener("abort", leave, { once: true });
        waiters.push(waiter);
        admitWaiting();
      });
    },
    resize(next) {
      limit = next;
      admitWaiting();
    },
    get inFlight() {
      return inFlight;
    },
    get waiting() {
      return waiters.length - first - gone;
    },
    get mostAtOnce() {
      return mostAtOnce;
    },
  };
}
