import type { ConcurrencyLimit } from "./learn-concurrency.ts";
import type { Episode } from "./learn-episode.ts";
import type { RateSearch } from "./learn-rate.ts";

/** A quarter of the second that rates are counted by: a round trip is so long that a rate and places look alike: so many under way are so many in a round trip. */
const SLOW_MS = 250;
/** Refusals by chance that are saved up. */
const MOST = 4;

/** Refusals that mean nothing: one for a hundred that were let in. */
export class Chance {
  #acceptedBefore = 0;
  #saved = 0;

  /** Whether an episode was chance: most of its neighbours let in, and no more asked for than before. */
  isAll(episode: Episode, acceptedBefore: number, isClimbing: boolean): boolean {
    this.#saved = Math.min(MOST, this.#saved + (acceptedBefore - this.#acceptedBefore) / 100);
    this.#acceptedBefore = acceptedBefore;
    const isAlone = episode.span >= 8 && episode.acceptedShare > 0.8 && !isClimbing;
    if (!isAlone || episode.refused > this.#saved) return false;
    this.#saved -= episode.refused;
    return true;
  }
}

/** A refusal, and what is known of both limits. */
export interface Suspects {
  readonly episode: Episode;
  /** Let in since the last one. */
  readonly accepted: number;
  /** Under way besides the first refused one. */
  readonly places: number;
  /** Most under way with which one was let in since the last episode. */
  readonly highest: number;
  readonly concurrency: ConcurrencyLimit;
  readonly rate: RateSearch;
}

/** Whether a refusal was about places and not about the rate. */
export function arePlaces(suspects: Suspects): boolean {
  const { episode, accepted, places, highest, concurrency, rate } = suspects;
  if (places < 1) return false;
  const { suspectPlaces, estimate } = rate;
  const { baseMs } = concurrency;
  const isQuick = baseMs > 0 && baseMs < SLOW_MS;
  // A shut window takes nobody after the first refusal; places go on to come free.
  const comesFree = episode.span >= 3 && episode.acceptedShare >= 0.25;
  if (suspectPlaces > 0) {
    if (baseMs >= SLOW_MS) return false;
    const isNear = places + 1 >= 0.8 * suspectPlaces && places <= 1.4 * suspectPlaces + 1;
    return isNear && (!estimate.isDear || comesFree);
  }
  if (rate.rate < Infinity) {
    if (concurrency.ceiling === Infinity && !isQuick) return false;
    return concurrency.wasFull && places + 1 >= Math.max(highest, concurrency.allowed());
  }
  if (concurrency.ceiling === Infinity) return false;
  // The first ceiling may be far too high where arrivals are shuffled over much of a round trip.
  const mayBeFar = comesFree && !concurrency.isProven;
  const least = mayBeFar ? 0.5 * concurrency.firstCeiling : 0.8 * concurrency.ceiling;
  if (places + 1 < Math.min(least, concurrency.ceiling)) return false;
  const { isFlowing, isProven, isTrying } = concurrency;
  // Whoever keeps to known places is refused by a window, each time after as many.
  const isShut = estimate.isDear && !isTrying && episode.acceptedShare === 0;
  if (isShut && estimate.isThrice(accepted)) return false;
  return isFlowing || isProven || isTrying || !estimate.isDear || comesFree;
}
