import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { compareModes, type Measurement } from "./compare.ts";
import { formatComparison } from "./comparison-table.ts";

function runs(...wallsMs: readonly number[]): readonly Measurement[] {
  return wallsMs.map((wallMs) => ({ wallMs, slowestMs: 100, requests: 5, failed: 0 }));
}

describe("compareModes", () => {
  test("tells medians, spread and the ratio with its interval around it", () => {
    const result = compareModes(runs(2310, 2240, 2430, 2300, 2320), runs(490, 470, 520, 480, 500));
    expect(result).toMatchObject({
      repetitions: 5,
      requests: 5,
      sequential: { medianMs: 2310, lowestMs: 2240, highestMs: 2430 },
      concurrent: { medianMs: 490, lowestMs: 470, highestMs: 520 },
      verdict: "clear",
    });
    expect(result.ratio).toBeCloseTo(2310 / 490);
    expect(result.ratioLow).toBeGreaterThan(4.3);
    expect(result.ratioLow).toBeLessThanOrEqual(result.ratio);
    expect(result.ratioHigh).toBeGreaterThanOrEqual(result.ratio);
    expect(result.ratioHigh).toBeLessThan(5.2);
  });

  test("calls it noise where the interval holds 1, or there are too few runs to know", () => {
    expect(compareModes(runs(100, 120, 90, 110, 95), runs(105, 95, 110, 92, 108)).verdict).toBe(
      "noise",
    );
    expect(compareModes(runs(200, 200), runs(100, 100)).verdict).toBe("noise");
  });

  test("calls it bound where concurrent takes hardly longer than the slowest answer", () => {
    expect(compareModes(runs(300, 300, 300), runs(110, 112, 108)).verdict).toBe("bound");
  });

  test("the same numbers give the same interval, another seed another one of the same size", () => {
    const one = runs(200, 220, 210, 260, 190);
    const many = runs(100, 130, 90, 110, 105);
    expect(compareModes(one, many)).toEqual(compareModes(one, many));
    const other = compareModes(one, many, { seed: 77 });
    expect(other.ratioLow).toBeGreaterThan(1);
  });

  test("the interval holds the truth in about 95 of 100 experiments", () => {
    // Both modes draw from one distribution, so the true ratio is 1; fixed seeds, no luck involved.
    let state = 42;
    const random = (): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
    const draw = (): readonly Measurement[] =>
      runs(...Array.from({ length: 9 }, () => 100 + 40 * random()));
    let holds = 0;
    for (let experiment = 0; experiment < 200; experiment += 1) {
      const { ratioLow, ratioHigh } = compareModes(draw(), draw());
      if (ratioLow <= 1 && ratioHigh >= 1) holds += 1;
    }
    expect(holds / 200).toBeGreaterThan(0.88);
    expect(holds / 200).toBeLessThan(1);
  });

  test("the interval is in order whatever is measured", () => {
    const walls = fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), {
      minLength: 3,
      maxLength: 9,
    });
    fc.assert(
      fc.property(walls, (list) => {
        const result = compareModes(runs(...list), runs(...list.toReversed()));
        expect(result.ratioLow).toBeLessThanOrEqual(result.ratioHigh);
        expect(result.sequential.lowestMs).toBeLessThanOrEqual(result.sequential.medianMs);
      }),
      { numRuns: 20 },
    );
  });

  test("refuses runs that do not pair up", () => {
    expect(() => compareModes(runs(1, 2), runs(1))).toThrow(RangeError);
    expect(() => compareModes([], [])).toThrow(RangeError);
  });
});

describe("the comparison's table", () => {
  test("reads as a person wants it", () => {
    const steady = { sequential: runs(2310, 2310, 2310), concurrent: runs(490, 490, 490) };
    expect(
      formatComparison(compareModes(steady.sequential, steady.concurrent), {
        title: "five.txt",
        connections: "kept open",
      }),
    ).toBe(
      [
        "five.txt · 5 requests · 3 repetitions each, interleaved, warm connections in both",
        "                median   spread",
        " sequential     2.31 s   2.31 s – 2.31 s",
        " concurrent     490 ms   490 ms – 490 ms       4.7× faster (95 % sure: 4.7 – 4.7×)",
        "",
      ].join("\n"),
    );
  });

  test("says noise, bound, slower and failures in words", () => {
    expect(
      formatComparison(compareModes(runs(100, 99, 101), runs(100, 101, 99)), {
        title: "x",
        connections: "kept open",
      }),
    ).toContain("the difference is noise");
    expect(
      formatComparison(compareModes(runs(300, 300, 300), runs(110, 110, 110)), {
        title: "x",
        connections: "kept open",
      }),
    ).toContain("the slowest answer alone takes 100 ms: that is the bound");
    expect(
      formatComparison(compareModes(runs(200, 200, 200), runs(400, 400, 400)), {
        title: "x",
        connections: "kept open",
      }),
    ).toContain("2.0× slower (95 % sure: 2.0 – 2.0×)");
    const failing = runs(300, 300, 300).map((run) => ({ ...run, failed: 2 }));
    expect(
      formatComparison(compareModes(failing, failing), { title: "x", connections: "kept open" }),
    ).toContain("2 failed");
  });
});
