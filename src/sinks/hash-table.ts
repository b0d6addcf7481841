const FIRST_PLACES = 1_024;

/** Numbers by hashes, both without an object for each: 16 bytes a place, of which half to three quarters are used. */
export interface HashTable {
  /** The number of a hash; 0 where it has none. */
  get(hash: number): number;
  set(hash: number, value: number): void;
}

/**
 * An empty table with open addressing. Its hashes are whole numbers above 0 whose low 32 bits are as
 * good as random, its values any numbers.
 */
export function createHashTable(): HashTable {
  let places = FIRST_PLACES;
  let hashes = new Float64Array(places);
  let values = new Float64Array(places);
  let count = 0;

  /** Where a hash is, or would be. */
  function placeOf(hash: number): number {
    let place = (hash >>> 0) & (places - 1);
    while (hashes[place] !== 0 && hashes[place] !== hash) place = (place + 1) & (places - 1);
    return place;
  }

  function grow(): void {
    const [oldHashes, oldValues] = [hashes, values];
    places *= 2;
    hashes = new Float64Array(places);
    values = new Float64Array(places);
    for (const [index, hash] of oldHashes.entries()) {
      if (hash === 0) continue;
      const place = placeOf(hash);
      hashes[place] = hash;
      values[place] = oldValues[index]!;
    }
  }

  return {
    get: (hash) => values[placeOf(hash)]!,
    set(hash, value) {
      let place = placeOf(hash);
      if (hashes[place] === 0) {
        count += 1;
        if (count > places * 0.75) {
          grow();
          place = placeOf(hash);
        }
        hashes[place] = hash;
      }
      values[place] = value;
    },
  };
}
