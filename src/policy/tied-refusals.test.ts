import { expect, test } from "vitest";

import { createTiedRefusals } from "./tied-refusals.ts";

/** Each request is refused once and then accepted. */
function onceEach(times: number): ReturnType<typeof createTiedRefusals> {
  const ties = createTiedRefusals();
  for (let count = 0; count < times; count += 1) {
    ties.observe(1, "refused");
    ties.observe(2, "accepted");
  }
  return ties;
}

test("six new requests refused and six repeated ones accepted are no limit", () => {
  expect(onceEach(5).isOn).toBe(false);
  const ties = onceEach(6);
  expect(ties.isOn).toBe(true);
  expect(ties.observe(1, "refused")).toBe("tied");
  expect(ties.observe(2, "accepted")).toBe("about load");
});

test("a new request that is accepted, and a repeated one that is refused, tell of a limit", () => {
  const accepted = onceEach(9);
  accepted.observe(1, "accepted");
  expect(accepted.observe(1, "refused")).toBe("about load");
  const refused = onceEach(9);
  expect(refused.observe(2, "refused")).toBe("about load");
  expect(refused.observe(1, "refused")).toBe("about load");
});
