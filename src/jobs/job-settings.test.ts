import { expect, test } from "vitest";

import { placesOfModule } from "./field-place.ts";
import { applySettings } from "./job-settings.ts";

const JOB = {
  base: "https://a.test",
  vars: { season: "2016-17", count: 5 },
  limits: { perHost: 5, rate: "1/s" },
  steps: [],
};
const places = placesOfModule("job.ts");
const changed = (...set: readonly string[]): unknown => applySettings(JOB, set, places).data;

test("a variable that is a text stays one, one that is a number becomes another", () => {
  expect(changed("season=2017", "count=6")).toMatchObject({ vars: { season: "2017", count: 6 } });
});

test("a key at the top, a limit and a header are set, the others stay", () => {
  expect(
    changed("base=http://b.test/?a=b", "keep=true", "limits.perHost=9", "headers.from=1"),
  ).toEqual({
    ...JOB,
    base: "http://b.test/?a=b",
    keep: true,
    limits: { perHost: 9, rate: "1/s" },
    headers: { from: "1" },
  });
  expect(JOB.limits.perHost).toBe(5);
});

test("of one name said twice the last holds", () => {
  expect(changed("base=http://b.test", "base=http://c.test")).toMatchObject({
    base: "http://c.test",
  });
});

test("a fault of what was set is told by its option", () => {
  const { places: told } = applySettings(JOB, ["limits.perHost=x"], places);
  expect(told.of(["limits", "perHost"], "value")).toBe("--set limits.perHost");
  expect(told.of(["limits", "rate"], "value")).toBe("job.ts");
});
