import { expect, test } from "vitest";

import { sowChaos } from "../chaos/chaos.ts";

/** `npm run chaos` tries hundreds; these are for every run of the tests. */
const KILLS = 20;

test("killed at any moment, again and again, a run ends with every answer once and asks for nothing twice", async () => {
  const told: string[] = [];
  const end = await sowChaos(KILLS, { seed: 20, atOnce: 2, tell: (line) => told.push(line) });
  expect(told.join("\n")).toBe("");
  expect(end.kills).toBe(KILLS);
  // The kills came while there was something to lose.
  expect(end.inFlight).toBeGreaterThan(KILLS);
  expect(end.repeats).toBeLessThanOrEqual(end.inFlight);
}, 120_000);
