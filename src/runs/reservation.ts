/** Room for what leaves, made durable before it is used. */
export interface Reservation {
  /** Takes room for one more; a promise where it has to be waited for. */
  take(): Promise<void> | undefined;
}

/** How room is made. */
export interface ReservationOptions {
  /** Most that will ever be taken. */
  readonly most: number;
  /** Makes it durable that up to `count` may have been taken. */
  readonly note: (count: number) => Promise<unknown>;
}

/** Room is made for a hundredth of the whole at a time, within these bounds: a kill loses at most so much. */
const LEAST = 16;
const MOST = 1_024;

/**
 * Notes ahead how much may have been taken: whoever reads the note after a kill knows an upper bound.
 * The next room is made when half of it is used, so that takers seldom wait. A note that fails is
 * thrown at every later taker.
 */
export function createReservation({ most, note }: ReservationOptions): Reservation {
  const step = Math.min(MOST, Math.max(LEAST, Math.ceil(most / 100)));
  let taken = 0;
  let covered = 0;
  let noting: Promise<void> | undefined;

  async function extend(): Promise<void> {
    const upTo = Math.min(most, covered + step);
    await note(upTo);
    covered = upTo;
    noting = undefined;
  }

  function noteMore(): Promise<void> {
    noting ??= extend();
    return noting;
  }

  async function waitFor(mine: number): Promise<void> {
    while (mine > covered) await noteMore();
  }

  return {
    take() {
      taken += 1;
      if (taken > covered) return waitFor(taken);
      if (covered < most && taken + step / 2 > covered) noteMore().catch(() => {});
      return undefined;
    },
  };
}
