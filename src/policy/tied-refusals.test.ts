import { expect, test } from "vitest";

import { createTiedRefusals } from "./tied-refusals.ts";

/** New requests are refused and their repetitions accepted, in turns. */
function inTurns(times: number): ReturnType<typeof createTiedRefusals> {
  const ties = createTiedRefusals();
  for (let count = 0; count < times; count += 1) {
    ties.observe(2, "accepted");
    ties.observe(1, "refused");
  }
  return ties;
}

test("new requests refused and repeated ones accepted, three times in turns, are no limit", () => {
  expect(inTurns(2).isOn).toBe(false);
  const ties = inTurns(3);
  expect(ties.isOn).toBe(true);
  expect(ties.observe(1, "refused")).toBe("tied");
  expect(ties.observe(2, "accepted")).toBe("about load");
});

test("many that were refused together and accepted later tell nothing: so a limit is met", () => {
  const ties = createTiedRefusals();
  for (let count = 0; count < 20; count += 1) ties.observe(1, "refused");
  for (let count = 0; count < 20; count += 1) ties.observe(2, "accepted");
  expect(ties.observe(1, "refused")).toBe("about load");
});

test("a new request that is accepted, and a repeated one that is refused, tell of a limit", () => {
  const accepted = inTurns(9);
  accepted.observe(1, "accepted");
  expect(accepted.observe(1, "refused")).toBe("about load");
  const refused = inTurns(9);
  expect(refused.observe(2, "refused")).toBe("about load");
  expect(refused.observe(1, "refused")).toBe("about load");
});
