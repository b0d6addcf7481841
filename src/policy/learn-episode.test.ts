import { describe, expect, test } from "vitest";

import { Episode } from "./learn-episode.ts";
import { burstWith, type Flight, NO_BURST } from "./learn-flight.ts";

/** An episode of departures `everyMs` apart, one for each letter: `r` was refused, `a` let in. */
function episode(ends: string, everyMs: number): Episode {
  let burst = NO_BURST;
  const flights = Array.from(ends, (_, order): Flight => {
    burst = burstWith(burst, order * everyMs, order, order + 1);
    return { atMs: order * everyMs, order, inFlight: order + 1, burst };
  });
  const refused = flights.filter(({ order }) => ends[order] === "r");
  const told = new Episode(refused[0]!, 100, flights.at(-1)!, flights.length);
  for (const flight of refused) {
    flight.burst.refused += 1;
    told.add(flight, true, 0);
  }
  return told;
}

describe("an episode of refusals", () => {
  test.each([
    ["raararaaraar", 3, true],
    ["rrrrrrrrrrrr", 3, false],
    ["rrraaaaaaaaa", 3, false],
    ["raaaaaaaaaaa", 3, false],
    // So close together they may have overtaken each other.
    ["raaaarrrr", 0.5, false],
  ])("%s, %s ms apart: lets in between two refusals: %s", (ends, everyMs, expected) => {
    expect(episode(ends, everyMs).letsInBetween).toBe(expected);
  });

  test("measures what was let in only where that was between two refusals", () => {
    expect(episode("raararaaraar", 10).passed).toBeCloseTo((7 / 12) * 100, 0);
    expect(episode("rrraaaaaaaaa", 10).passed).toBeUndefined();
  });
});
