import { expect, test } from "vitest";

import { readJobText } from "./job-text.ts";

const read = (text: string): unknown => readJobText(text, "job.yaml").data;

test.each([
  ["00", "00"],
  ["007", "007"],
  ["1.10", "1.10"],
  ["1e3", "1e3"],
  ["0x1F", "0x1F"],
  ["+1", "+1"],
  ["12345678901234567890", "12345678901234567890"],
  [".inf", ".inf"],
  ["True", "True"],
  ["no", "no"],
  ["on", "on"],
  ["y", "y"],
  ["2016-17", "2016-17"],
  ["2016-01-01", "2016-01-01"],
  ["12:30:00", "12:30:00"],
  ["1_000", "1_000"],
  ["1", 1],
  ["-2.5", -2.5],
  ["true", true],
  ["~", null],
  ["", null],
  ['"1"', "1"],
  ["!!str 1", "1"],
])("a parameter written %s is %j", (written, value) => {
  expect(read(`params: { a: ${written} }`)).toEqual({ params: { a: value } });
});

test("below json a number is what JSON has, and keeps its digits", () => {
  const { steps } = read("steps: [{ json: { a: 1.10, b: 1e3, c: 12345678901234567890 } }]") as {
    steps: readonly { json: unknown }[];
  };
  expect(steps[0]!.json).toEqual({ a: 1.1, b: 1000, c: 12345678901234567890n });
});

test("JSON is YAML", () => {
  expect(read('{"name": "a", "steps": [{"url": "https://a.test/"}]}')).toEqual({
    name: "a",
    steps: [{ url: "https://a.test/" }],
  });
});

test("an alias repeats what its anchor holds, and the last anchor of a name holds", () => {
  expect(read("a: &x { b: 1 }\nc: *x\nd: &x 2\ne: *x")).toEqual({
    a: { b: 1 },
    c: { b: 1 },
    d: 2,
    e: 2,
  });
});

test("a place is the line and the column of a key or of its value", () => {
  const { places } = readJobText("a: 1\nsteps:\n  - url: x\n    for: [ b, c ]\n", "job.yaml");
  expect(places.of(["steps", 0, "url"], "key")).toBe("job.yaml:3:5");
  expect(places.of(["steps", 0, "url"], "value")).toBe("job.yaml:3:10");
  expect(places.of(["steps", 0, "for", 1], "value")).toBe("job.yaml:4:15");
});

test("the place of what is not written is that of what would hold it", () => {
  const { places } = readJobText("steps:\n  - id: x\n", "job.yaml");
  expect(places.of(["steps", 0, "url"], "value")).toBe("job.yaml:2:5");
});

test("a byte order mark and Windows line ends change no place", () => {
  const { data, places } = readJobText("\ufeffa: 1\r\nb: 2\r\n", "job.yaml");
  expect(data).toEqual({ a: 1, b: 2 });
  expect(places.of(["b"], "value")).toBe("job.yaml:2:4");
});

test("a member called constructor is a member like any other", () => {
  expect(Object.keys(read("params: { constructor: a }") as object)).toEqual(["params"]);
  expect(read("params: { constructor: a }")).toEqual({ params: { constructor: "a" } });
});

test("a hundred thousand brackets are refused and fill no stack", () => {
  expect(() => read("[".repeat(100_000))).toThrow(/^job\.yaml:/);
  expect(() => read(`a: ${"[".repeat(200)}${"]".repeat(200)}`)).toThrow("is nested too deeply");
});

test("a text of more than a megabyte is refused before it is read", () => {
  expect(() => read(`# ${"x".repeat(1024 * 1024)}`)).toThrow("job.yaml is longer than 1 MB");
});
