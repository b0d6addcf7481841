/** Bodies to keep, each with the place of its record in the group. */
export type Bodies = readonly (readonly [index: number, body: Uint8Array])[];

/**
 * Bodies in memory that threads share. Posted one by one, each would be written into a message and read out of
 * it again: a large one would be there four times, and a thousand small ones are a thousand objects for both.
 */
export interface PackedBodies {
  readonly blocks: readonly SharedArrayBuffer[];
  /** For each body its record's place in the group, its block, where it begins there, and its bytes. */
  readonly places: Int32Array;
}

const NUMBERS = 4;
/** Most bodies of a group share some of these; a longer one has memory of its own. */
const BLOCK_BYTES = 262_144;
/** Blocks kept for the next groups. */
const MOST_SPARE = 16;

/** Memory of bodies on their way to the journal's thread. */
export interface SharedBodies {
  pack(bodies: Bodies): PackedBodies;
  /**
   * Takes back what is read no more: its memory is used again. Left to the collectors of two threads it would
   * go only once both have looked.
   */
  giveBack(packed: PackedBodies): void;
}

/** Makes the memory of one journal's bodies. */
export function createSharedBodies(): SharedBodies {
  const spare: SharedArrayBuffer[] = [];
  return {
    pack(bodies) {
      const blocks: SharedArrayBuffer[] = [];
      const places = new Int32Array(bodies.length * NUMBERS);
      /** The block that fills, and how far. */
      let filling = -1;
      let filled = Infinity;
      let at = 0;
      for (const [index, body] of bodies) {
        const { byteLength } = body;
        const isLong = byteLength > BLOCK_BYTES;
        if (isLong) blocks.push(new SharedArrayBuffer(byteLength));
        else if (filled + byteLength > BLOCK_BYTES) {
          filling = blocks.push(spare.pop() ?? new SharedArrayBuffer(BLOCK_BYTES)) - 1;
          filled = 0;
        }
        const block = isLong ? blocks.length - 1 : filling;
        const start = isLong ? 0 : filled;
        new Uint8Array(blocks[block]!, start, byteLength).set(body);
        places.set([index, block, start, byteLength], at);
        at += NUMBERS;
        if (!isLong) filled += byteLength;
      }
      return { blocks, places };
    },
    giveBack({ blocks }) {
      for (const block of blocks) {
        if (block.byteLength === BLOCK_BYTES && spare.length < MOST_SPARE) spare.push(block);
      }
    },
  };
}

/** The bodies that were packed, in their order, still in the memory that is shared. */
export function* unpackBodies({
  blocks,
  places,
}: PackedBodies): Generator<readonly [index: number, body: Uint8Array]> {
  for (let at = 0; at < places.length; at += NUMBERS) {
    const [index, block, start, bytes] = places.subarray(at, at + NUMBERS);
    yield [index!, new Uint8Array(blocks[block!]!, start, bytes)];
  }
}
