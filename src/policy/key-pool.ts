import type { Spacing } from "./token-bucket.ts";

/** One of several keys to the same host. */
export interface PooledKey<Key> {
  readonly key: Key;
  /** When it may leave, for all but its rests. @default at once */
  readonly spacing?: Pick<Spacing, "nextAt"> | undefined;
}

/** Which key goes next. */
export interface KeyChoice<Key> {
  readonly key: Key;
  /** Earliest time at which it may leave; `nowMs` for at once, Infinity for "not before one lands" and where no key is left. */
  readonly atMs: number;
}

/** Several keys, each with its own quota and its own rests. Times are one clock's, passed in. */
export interface KeyPool<Key> {
  /** The key that may leave soonest, of several the one used least; reserves nothing. */
  next(nowMs: number): KeyChoice<Key>;
  /** One leaves with the key. */
  take(key: Key): void;
  /** Whether some key is accepted. */
  readonly isAlive: boolean;
  /** The key was refused or is exhausted: it rests until then; Infinity for one that is not accepted at all. */
  rest(key: Key, untilMs: number): void;
  /** Departures with a key. @throws RangeError, as all of these, for a key that is not of the pool. */
  used(key: Key): number;
}

/**
 * Keys that take turns. The one that may leave soonest goes next, and among those the one that left
 * least often, so that all are used alike; asked for with all of them resting, it names the one that
 * comes back first. Each question looks at every key: a pool is a handful.
 * @throws RangeError for no keys, and for a key that is there twice.
 */
export function createKeyPool<Key>(keys: readonly PooledKey<Key>[]): KeyPool<Key> {
  if (keys.length === 0) throw new RangeError("a pool of keys has at least one");
  const places = new Map(
    keys.map(({ key, spacing }) => [
      key,
      { key, spacing, used: 0, restsUntilMs: Number.NEGATIVE_INFINITY },
    ]),
  );
  if (places.size < keys.length) throw new RangeError("a key is in the pool twice");
  function placeOf(key: Key) {
    const place = places.get(key);
    // Not the key itself: it is a secret.
    if (place === undefined) throw new RangeError("this key is not of the pool");
    return place;
  }
  return {
    next(nowMs) {
      let best: { readonly key: Key; readonly used: number } | undefined;
      let bestMs = Number.POSITIVE_INFINITY;
      for (const place of places.values()) {
        const atMs =
          place.restsUntilMs === Number.POSITIVE_INFINITY
            ? place.restsUntilMs
            : Math.max(place.restsUntilMs, place.spacing?.nextAt(nowMs) ?? nowMs, nowMs);
        if (best !== undefined && (atMs > bestMs || (atMs === bestMs && place.used >= best.used))) {
          continue;
        }
        best = place;
        bestMs = atMs;
      }
      return { key: best!.key, atMs: bestMs };
    },
    take(key) {
      placeOf(key).used += 1;
    },
    get isAlive() {
      return places.values().some(({ restsUntilMs }) => restsUntilMs < Infinity);
    },
    rest(key, untilMs) {
      const place = placeOf(key);
      place.restsUntilMs = Math.max(place.restsUntilMs, untilMs);
    },
    used: (key) => placeOf(key).used,
  };
}
