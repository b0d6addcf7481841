import { expect, test } from "vitest";

import { createReservation } from "./reservation.ts";

test("nothing is taken before its note is durable, and notes never exceed the most", async () => {
  const notes: number[] = [];
  let durable = 0;
  const reservation = createReservation({
    most: 100,
    note: async (count) => {
      notes.push(count);
      await new Promise(setImmediate);
      durable = count;
    },
  });
  for (let taken = 1; taken <= 100; taken += 1) {
    await reservation.take();
    expect(durable).toBeGreaterThanOrEqual(taken);
  }
  expect(notes).toEqual([16, 32, 48, 64, 80, 96, 100]);
});

test("many takers at once wait for one note", async () => {
  const notes: number[] = [];
  const reservation = createReservation({
    most: Number.POSITIVE_INFINITY,
    note: async (count) => notes.push(count),
  });
  await Promise.all(Array.from({ length: 1_000 }, async () => reservation.take()));
  expect(notes).toEqual([1_024]);
});

test("room is made ahead: the second half is taken without waiting", async () => {
  const reservation = createReservation({ most: 64, note: async () => {} });
  await reservation.take();
  const waits: boolean[] = [];
  for (let taken = 2; taken <= 60; taken += 1) {
    waits.push(reservation.take() !== undefined);
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
  }
  expect(waits).not.toContain(true);
});

test("a note that fails is told to every later taker", async () => {
  const reservation = createReservation({
    most: 64,
    note: () => Promise.reject(new Error("the disk is full")),
  });
  await expect(reservation.take()).rejects.toThrow("the disk is full");
  await expect(reservation.take()).rejects.toThrow("the disk is full");
});
