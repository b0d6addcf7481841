/** Bodies to keep, each with the place of its record in the group. */
export type Bodies = readonly (readonly [index: number, body: Uint8Array])[];

/**
 * The same bodies in one piece of memory that threads share. Posted as they are, each would be written
 * into a message and read out of it again: a large one would be there four times.
 */
export function sharedBodies(bodies: Bodies): Bodies {
  if (bodies.length === 0) return bodies;
  const total = bodies.reduce((bytes, [, body]) => bytes + body.byteLength, 0);
  const memory = new SharedArrayBuffer(total);
  let used = 0;
  return bodies.map(([index, body]) => {
    const shared = new Uint8Array(memory, used, body.byteLength);
    shared.set(body);
    used += body.byteLength;
    return [index, shared];
  });
}
