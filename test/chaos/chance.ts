/** Seeded chance: the same seed gives the same choices. */
export interface Chance {
  /** From 0 up to 1. */
  fraction(): number;
  /** A whole number from 0 up to, without, `end`. */
  below(end: number): number;
  /** A whole number from `first` to `last`. */
  between(first: number, last: number): number;
  oneOf<T>(list: readonly T[]): T;
  /** Another chance, which takes nothing from this one however much it is used. */
  fork(): Chance;
}

/** Makes a chance from a seed (Mulberry32). */
export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  function bits(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }
  const below = (end: number): number => Math.floor((bits() / 2 ** 32) * end);
  return {
    fraction: () => bits() / 2 ** 32,
    below,
    between: (first, last) => first + below(last - first + 1),
    oneOf: (list) => list[below(list.length)]!,
    fork: () => createChance(bits()),
  };
}
