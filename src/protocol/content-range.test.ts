import fc from "fast-check";
import { expect, test } from "vitest";

import { parseContentRange } from "./content-range.ts";

test("a range with its total, with an unknown one, and a range that there is not", () => {
  expect(parseContentRange("bytes 0-499/1234")).toEqual({
    kind: "range",
    first: 0,
    last: 499,
    total: 1234,
  });
  expect(parseContentRange(" Bytes  7-7/* ")).toEqual({
    kind: "range",
    first: 7,
    last: 7,
    total: undefined,
  });
  expect(parseContentRange("bytes */1234")).toEqual({ kind: "unsatisfied", total: 1234 });
});

test.each([
  ...["", "bytes", "bytes=0-1/2", "bytes 0-1", "bytes 0-1/", "bytes -1/2", "bytes 0-/2"],
  ...["bytes 5-4/9", "bytes 0-9/9", "bytes */*", "items 0-1/2", "bytes 0-1/2, bytes 3-4/5"],
  ...["bytes 0-1/2\u00a03", "bytes 0x0-1/2", `bytes 0-${"9".repeat(16)}/*`, "bytes 0–1/2"],
])("%j is no range", (value) => {
  expect(parseContentRange(value)).toBeUndefined();
});

test("an absent field is no range", () => {
  expect(parseContentRange(undefined)).toBeUndefined();
});

test("every range within its total is read as it is", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 1e9 }), (first, more, beyond) => {
      const last = first + more;
      const total = last + beyond;
      const read = parseContentRange(`bytes ${first}-${last}/${total}`);
      expect(read).toEqual({ kind: "range", first, last, total });
    }),
    { seed: 5 },
  );
});
