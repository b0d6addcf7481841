import type { Departure } from "./evidence.ts";
import type { SeenRequest } from "./seen-request.ts";

/** More than are ever under way for one question. */
const LOOK_BACK = 1_024;

/** What a client's own notes tell of requests that its server saw. */
export interface DepartureLog {
  /** When it left, or when an equal one did that was under way; without a note, when it arrived. */
  leftMs(seen: SeenRequest): number;
  /** When its end was known to the client; Infinity where nobody noted it. */
  knownMs(seen: SeenRequest): number;
}

/**
 * Finds departures by what they asked. Equal ones cannot be told apart: then those are taken that
 * blame the client least.
 */
export function createDepartureLog(departures: readonly Departure[]): DepartureLog {
  const byQuestion = Map.groupBy(departures, ({ question }) => question);

  /** Those that ask the same, had left when it arrived, and were not known to be over at a time. */
  function* candidates(seen: SeenRequest, atMs: number): Generator<Departure> {
    const list = byQuestion.get(seen.question) ?? [];
    const end = countBelow(list.length, (index) => list[index]!.sentMs <= seen.atMs);
    for (let index = end - 1; index >= Math.max(0, end - LOOK_BACK); index -= 1) {
      if ((list[index]!.landedMs ?? Infinity) >= atMs) yield list[index]!;
    }
  }

  return {
    leftMs(seen) {
      let leftMs = seen.atMs;
      for (const { sentMs } of candidates(seen, seen.atMs)) leftMs = Math.min(leftMs, sentMs);
      return leftMs;
    },
    knownMs(seen) {
      let knownMs: number | undefined;
      for (const { landedMs = Infinity } of candidates(seen, seen.endedMs ?? Infinity)) {
        knownMs = Math.max(knownMs ?? 0, landedMs);
      }
      return knownMs ?? Infinity;
    },
  };
}

/** How many of the first `length` indexes hold, where those that hold come first. */
export function countBelow(length: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
