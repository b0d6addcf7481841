import { describe, expect, test } from "vitest";

import { UsageError } from "../core/usage-error.ts";
import {
  formatCount,
  formatDuration,
  formatRate,
  formatSize,
  parseCount,
  parseDuration,
  parseRate,
  parseSize,
  parseStatusSet,
} from "./quantity.ts";

describe("durations", () => {
  test.each([
    ["30s", 30_000],
    ["500ms", 500],
    ["1m30s", 90_000],
    ["2h", 7_200_000],
    ["2 h 29 min", 8_940_000],
    ["1.5d", 129_600_000],
    ["30", 30_000],
    ["0.25", 250],
    ["0", 0],
  ])("%s is %i ms", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(["", "s", "-1s", "1parsec", "1s x", "1e3", "Infinity", "1s30", "1..5s"])(
    "%j is refused with an example",
    (text) => {
      expect(() => parseDuration(text)).toThrow(UsageError);
      expect(() => parseDuration(text)).toThrow("write for example 30s");
    },
  );

  test.each([
    [0, "0 ms"],
    [0.04, "0.1 ms"],
    [0.4, "0.4 ms"],
    [41.3, "41 ms"],
    [999.6, "1.00 s"],
    [1530, "1.53 s"],
    [9996, "10.0 s"],
    [41_200, "41.2 s"],
    [65_900, "65.9 s"],
    [99_960, "1 min 40 s"],
    [120_000, "2 min"],
    [281_000, "4 min 41 s"],
    [3_599_600, "1 h"],
    [8_940_000, "2 h 29 min"],
    [86_399_000, "1 d"],
    [525_600_000, "6 d 2 h"],
  ])("%d ms is shown as %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe("sizes", () => {
  test.each([
    ["10MB", 10_000_000],
    ["64KiB", 65_536],
    ["10kB", 10_000],
    ["1.5GB", 1_500_000_000],
    ["2 GiB", 2_147_483_648],
    ["512", 512],
    ["512B", 512],
  ])("%s is %i bytes", (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.each(["", "10M", "MB", "-1MB", "1 0MB", "ten"])("%j is refused with an example", (text) => {
    expect(() => parseSize(text)).toThrow(UsageError);
  });

  test.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [61_200, "61 kB"],
    [198_400, "198 kB"],
    [999_600, "1.0 MB"],
    [3_240_000, "3.2 MB"],
  ])("%i bytes are shown as %s", (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });
});

describe("rates", () => {
  test.each([
    ["10/s", 10, 1000],
    ["5000/d", 5000, 86_400_000],
    ["100/m", 100, 60_000],
    ["100/min", 100, 60_000],
    ["7/h", 7, 3_600_000],
    ["10/500ms", 10, 500],
    ["3/10s", 3, 10_000],
  ])("%s", (text, count, perMs) => {
    expect(parseRate(text)).toEqual({ count, perMs });
    expect(parseRate(formatRate({ count, perMs }))).toEqual({ count, perMs });
  });

  test.each(["10", "0/s", "10/", "10/0s", "/s", "10/year", "1.5/s", "-1/s"])(
    "%j is refused with an example",
    (text) => {
      expect(() => parseRate(text)).toThrow(/not a rate; write for example 10\/s/);
    },
  );
});

describe("status sets", () => {
  test("holds exactly what was written", () => {
    const set = parseStatusSet("2xx, 404,500-502");
    expect([199, 200, 299, 300, 404, 405, 500, 502, 503].filter((status) => set(status))).toEqual([
      200, 299, 404, 500, 502,
    ]);
    expect(set.text).toBe("2xx, 404,500-502");
  });

  test.each(["", "2x", "6xx", "99", "404-400", "2xx,", "OK", "1000"])("%j is refused", (text) => {
    expect(() => parseStatusSet(text)).toThrow(/not a status .* 2xx,404,500-599/);
  });
});

describe("counts", () => {
  test("thousands are read and shown", () => {
    expect(parseCount("27,000")).toBe(27_000);
    expect(parseCount("27_000")).toBe(27_000);
    expect(parseCount("0", 0)).toBe(0);
    expect(formatCount(27_000)).toBe("27,000");
    expect(formatCount(999)).toBe("999");
    expect(formatCount(-1_234_567n)).toBe("-1,234,567");
  });

  test.each(["0", "-1", "1.5", "", "1e3", "99999999999999999999", "2,00"])(
    "%j is refused",
    (text) => {
      expect(() => parseCount(text)).toThrow(UsageError);
    },
  );
});
