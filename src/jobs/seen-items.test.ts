import { expect, test } from "vitest";

import { createSeenItems } from "./seen-items.ts";

test("items are known again by their key, or by all of them where they have none", () => {
  const seen = createSeenItems((item) => (item as { id?: unknown }).id);
  expect(seen.take([{ id: 1, at: "a" }, { id: 1, at: "b" }, { at: "c" }, { at: "c" }])).toEqual({
    fresh: [{ id: 1, at: "a" }, { at: "c" }],
    repeated: 2,
  });
  expect(seen.take([{ id: "1" }]).repeated).toBe(0);
  expect(seen.count).toBe(3);
});

test("what is saved is still known in another process", () => {
  const seen = createSeenItems((item) => item);
  seen.take(Array.from({ length: 10_000 }, (_, id) => id));
  const again = createSeenItems((item) => item, seen.save());
  expect(again.count).toBe(10_000);
  expect(again.take([5, 10_000])).toEqual({ fresh: [10_000], repeated: 1 });
});
