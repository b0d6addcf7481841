import { expect, test } from "vitest";

import { createPacedRefusals } from "./paced-refusals.ts";

test("one in fifty at the declared rate is about the rate", () => {
  const paced = createPacedRefusals();
  for (let nowMs = 0; nowMs < 10_000; nowMs += 1) {
    paced.binds(nowMs);
    const kind = nowMs % 51 === 50 ? "refused" : "accepted";
    const told = paced.observe(nowMs, kind);
    expect(told).toBe(kind === "refused" ? "about the rate" : "about load");
  }
});

test("more than that is another limit, and so is any where the rate does not bind", () => {
  const paced = createPacedRefusals();
  expect(paced.observe(0, "refused")).toBe("about load");
  paced.binds(0);
  const told = Array.from({ length: 20 }, () => paced.observe(500, "refused"));
  expect(told.filter((one) => one === "about the rate")).toHaveLength(10);
  for (let count = 0; count < 500; count += 1) paced.observe(900, "accepted");
  expect(paced.observe(900, "refused")).toBe("about the rate");
  expect(paced.observe(1_001, "refused")).toBe("about load");
});
