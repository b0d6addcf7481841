/** A place at a gate. Disposing it lets the next one in; disposing it again does nothing. */
export interface Permit extends Disposable {}

/** Lets at most so many in at once; the others wait in the order in which they came. */
export interface Gate {
  /** A place at once, or undefined where none is free. */
  tryAcquire(): Permit | undefined;
  /**
   * A place as soon as it is one's turn. Rejects with the signal's reason when that is aborted first,
   * and then holds nothing.
   */
  acquire(signal?: AbortSignal): Promise<Permit>;
  /** Another limit from now on; permits that are out stay out. @throws RangeError as `createGate`. */
  resize(limit: number): void;
  readonly limit: number;
  readonly inFlight: number;
  readonly waiting: number;
  /** The largest `inFlight` so far. */
  readonly mostAtOnce: number;
}

/**
 * A gate for `limit` at once. Acquiring, releasing and leaving the queue take constant time. A permit
 * is one small object and is not used again: a second disposal could free another's place.
 * @throws RangeError for a limit that is neither a whole number from 1 nor Infinity.
 */
export function createGate(limit: number): Gate {
  return new CountingGate(limit);
}

class CountingGate implements Gate {
  limit: number;
  inFlight = 0;
  waiting = 0;
  mostAtOnce = 0;
  #first: Waiter | undefined;
  #last: Waiter | undefined;

  constructor(limit: number) {
    this.limit = checkedLimit(limit);
  }

  tryAcquire(): Permit | undefined {
    // Nobody is overtaken: while one waits, no place is free.
    return this.inFlight < this.limit ? this.#admit() : undefined;
  }

  acquire(signal?: AbortSignal): Promise<Permit> {
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    const permit = this.tryAcquire();
    if (permit !== undefined) return Promise.resolve(permit);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        resolve,
        signal,
        leave: undefined,
        before: undefined,
        behind: undefined,
      };
      if (signal !== undefined) {
        waiter.leave = () => {
          this.#unlink(waiter);
          reject(signal.reason);
        };
        signal.addEventListener("abort", waiter.leave, { once: true });
      }
      this.#link(waiter);
    });
  }

  resize(limit: number): void {
    this.limit = checkedLimit(limit);
    this.#admitWaiting();
  }

  /** Gives a place back; for permits only. */
  leave(): void {
    this.inFlight -= 1;
    this.#admitWaiting();
  }

  #admit(): Permit {
    this.inFlight += 1;
    if (this.inFlight > this.mostAtOnce) this.mostAtOnce = this.inFlight;
    return new GatePermit(this);
  }

  #admitWaiting(): void {
    while (this.#first !== undefined && this.inFlight < this.limit) {
      const waiter = this.#first;
      this.#unlink(waiter);
      if (waiter.leave !== undefined) waiter.signal!.removeEventListener("abort", waiter.leave);
      waiter.resolve(this.#admit());
    }
  }

  #link(waiter: Waiter): void {
    waiter.before = this.#last;
    if (this.#last === undefined) this.#first = waiter;
    else this.#last.behind = waiter;
    this.#last = waiter;
    this.waiting += 1;
  }

  #unlink(waiter: Waiter): void {
    if (waiter.before === undefined) this.#first = waiter.behind;
    else waiter.before.behind = waiter.behind;
    if (waiter.behind === undefined) this.#last = waiter.before;
    else waiter.behind.before = waiter.before;
    // Beware: one that is gone, once it is old, would keep whoever stood behind it from dying young.
    waiter.before = undefined;
    waiter.behind = undefined;
    this.waiting -= 1;
  }
}

interface Waiter {
  readonly resolve: (permit: Permit) => void;
  readonly signal: AbortSignal | undefined;
  leave: (() => void) | undefined;
  before: Waiter | undefined;
  behind: Waiter | undefined;
}

class GatePermit implements Permit {
  #gate: CountingGate | undefined;

  constructor(gate: CountingGate) {
    this.#gate = gate;
  }

  [Symbol.dispose](): void {
    const gate = this.#gate;
    this.#gate = undefined;
    gate?.leave();
  }
}

function checkedLimit(limit: number): number {
  if (limit === Infinity || (Number.isSafeInteger(limit) && limit >= 1)) return limit;
  throw new RangeError(`a gate's limit is a whole number from 1 or Infinity, not ${limit}`);
}
