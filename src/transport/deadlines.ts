import type { Clock } from "../core/clock.ts";

/** Something that must be over by a point in time. Lives in one list at most. */
export interface Deadline {
  /** `Clock.now()` at which it is late. */
  dueMs: number;
  previous: Deadline | undefined;
  next: Deadline | undefined;
  /** Called once when it is late. */
  expire(): void;
}

/**
 * Deadlines that all lie the same time ahead, so that they fall due in the order they began: a linked
 * list and one timer, whatever their number. The timer outlives the last request by design (arming one
 * is dear, being idle is common): dispose the list with its owner. Costs two pointer writes a request where a timer or an
 * AbortSignal each would cost 10–20 µs.
 */
export class Deadlines<D extends Deadline = Deadline> implements Disposable {
  readonly #clock: Clock;
  readonly #durationMs: number;
  #head: D | undefined;
  #tail: D | undefined;
  #timer: Disposable | undefined;

  constructor(durationMs: number, clock: Clock) {
    this.#durationMs = durationMs;
    this.#clock = clock;
  }

  /** Starts the time of one; whoever knows the time already need not ask the clock again. */
  start(deadline: D, nowMs = this.#clock.now()): void {
    deadline.dueMs = nowMs + this.#durationMs;
    deadline.previous = this.#tail;
    deadline.next = undefined;
    if (this.#tail === undefined) this.#head = deadline;
    else this.#tail.next = deadline;
    this.#tail = deadline;
    this.#timer ??= this.#clock.after(this.#durationMs, this.#expireDue);
  }

  /** Forgets one that is over in time; harmless for one that is not in the list. */
  stop(deadline: D): void {
    const { previous, next } = deadline;
    if (previous === undefined && next === undefined && this.#head !== deadline) return;
    if (previous === undefined) this.#head = next as D | undefined;
    else previous.next = next;
    if (next === undefined) this.#tail = previous as D | undefined;
    else next.previous = previous;
    deadline.previous = undefined;
    deadline.next = undefined;
  }

  /** All that are running, the earliest first; each may be stopped meanwhile. */
  *running(): Generator<D> {
    for (let deadline = this.#head; deadline !== undefined;) {
      const { next } = deadline;
      yield deadline;
      deadline = next as D | undefined;
    }
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#head = undefined;
    this.#tail = undefined;
  }

  readonly #expireDue = (): void => {
    this.#timer = undefined;
    const nowMs = this.#clock.now();
    while (this.#head !== undefined && this.#head.dueMs <= nowMs) {
      const late = this.#head;
      this.stop(late);
      late.expire();
    }
    if (this.#head !== undefined) {
      this.#timer = this.#clock.after(this.#head.dueMs - nowMs, this.#expireDue);
    }
  };
}
