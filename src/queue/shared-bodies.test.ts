import { expect, test } from "vitest";

import {
  type Bodies,
  createSharedBodies,
  type PackedBodies,
  unpackBodies,
} from "./shared-bodies.ts";

const plain = (packed: PackedBodies): unknown =>
  [...unpackBodies(packed)].map(([index, bytes]) => [index, [...bytes]]);

test("packed bodies are what they were, in one piece of memory", () => {
  const body = Buffer.from("a part of something larger").subarray(2, 6);
  const packed = createSharedBodies().pack([
    [3, body],
    [5, new Uint8Array(0)],
    [9, Uint8Array.of(255, 0)],
  ]);
  expect(plain(packed)).toEqual([
    [3, [...Buffer.from("part")]],
    [5, []],
    [9, [255, 0]],
  ]);
  expect(packed.blocks).toHaveLength(1);
  expect(packed.blocks[0]).toBeInstanceOf(SharedArrayBuffer);
});

test("no bodies take no memory", () => {
  const packed = createSharedBodies().pack([]);
  expect(packed.blocks).toEqual([]);
  expect(plain(packed)).toEqual([]);
});

test("a body without a byte is one", () => {
  expect(plain(createSharedBodies().pack([[4, new Uint8Array(0)]]))).toEqual([[4, []]]);
});

test("bodies longer than a block, or than what is left of it, are whole", () => {
  const bodies: Bodies = [100, 200_000, 300_000, 100_000, 262_144, 0, 1].map(
    (bytes, index) => [index, new Uint8Array(bytes).fill(index + 1)] as const,
  );
  const packed = createSharedBodies().pack(bodies);
  const unpacked = [...unpackBodies(packed)];
  expect(unpacked.map(([index, bytes]) => [index, bytes.byteLength])).toEqual(
    bodies.map(([index, bytes]) => [index, bytes.byteLength]),
  );
  for (const [index, bytes] of unpacked) {
    expect(bytes.every((byte) => byte === index + 1)).toBe(true);
  }
  // Those that share, one of its own, and one that fills a block to its end.
  expect(packed.blocks.map(({ byteLength }) => byteLength)).toEqual([
    262_144, 300_000, 262_144, 262_144, 262_144,
  ]);
});

test("memory is used again once it was given back, and not before", () => {
  const memory = createSharedBodies();
  const first = memory.pack([[0, Uint8Array.of(1)]]);
  const second = memory.pack([[0, Uint8Array.of(2)]]);
  expect(plain(first)).toEqual([[0, [1]]]);
  expect(second.blocks[0]).not.toBe(first.blocks[0]);
  memory.giveBack(first);
  const third = memory.pack([[7, Uint8Array.of(3)]]);
  expect(third.blocks[0]).toBe(first.blocks[0]);
  expect(plain(third)).toEqual([[7, [3]]]);
  expect(plain(second)).toEqual([[0, [2]]]);
});
