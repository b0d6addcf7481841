/**
 * A number of 32 bits that is always the same for the same text and seed, and well spread
 * (FNV-1a, then the finaliser of MurmurHash3).
 */
export function hashOf(text: string, seed = 0): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** One of the list, chosen by a hash. */
export function oneOf<T>(list: readonly T[], hash: number): T {
  return list[hash % list.length]!;
}
