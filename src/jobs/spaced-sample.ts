/** Things taken at even distances from a list whose length nobody knows. */
export interface SpacedSample<T> {
  offer(thing: T): void;
  /** At most as many as were wanted, the first one among them, in their order. */
  taken(): readonly T[];
}

/** Takes `wanted` things; holds less than four times as many. The same list gives the same sample. */
export function createSpacedSample<T>(wanted: number): SpacedSample<T> {
  let kept: T[] = [];
  let distance = 1;
  let offered = 0;
  return {
    offer(thing) {
      if (wanted === 0) return;
      if (offered % distance === 0) kept.push(thing);
      offered += 1;
      if (kept.length < 4 * wanted) return;
      kept = kept.filter((_, index) => index % 2 === 0);
      distance *= 2;
    },
    taken() {
      if (kept.length <= wanted) return kept;
      return Array.from({ length: wanted }, (_, index) => {
        return kept[Math.floor((index * kept.length) / wanted)]!;
      });
    },
  };
}
