import { expect, test } from "vitest";

import { UsageError } from "../core/usage-error.ts";
import { parsePicks } from "./picks.ts";

test.each([
  [
    ["gender,probability"],
    [
      ["gender", "gender"],
      ["probability", "probability"],
    ],
  ],
  [
    ["g=gender", " b.c "],
    [
      ["g", "gender"],
      ["c", "b.c"],
    ],
  ],
  [
    ["x={a: b, c: d},y"],
    [
      ["x", "{a: b, c: d}"],
      ["y", "y"],
    ],
  ],
  [
    ["join(', ', tags),n=max([a,b])"],
    [
      ["join(', ', tags)", "join(', ', tags)"],
      ["n", "max([a,b])"],
    ],
  ],
  [
    ['"a,b",`[1,2]`'],
    [
      ["a,b", '"a,b"'],
      ["`[1,2]`", "`[1,2]`"],
    ],
  ],
  [
    ["'it\\'s, ok',z"],
    [
      ["'it\\'s, ok'", "'it\\'s, ok'"],
      ["z", "z"],
    ],
  ],
  [["a==b"], [["a==b", "a==b"]]],
  [["same=a==b"], [["same", "a==b"]]],
  [["a<=b"], [["a<=b", "a<=b"]]],
  [["t=css:a[href=x]::attr(href)"], [["t", "css:a[href=x]::attr(href)"]]],
  [["css:a[href=x]"], [["a[href=x]", "css:a[href=x]"]]],
  [["größe=a.b"], [["größe", "a.b"]]],
  [
    ["__proto__,constructor"],
    [
      ["__proto__", "__proto__"],
      ["constructor", "constructor"],
    ],
  ],
  [
    ["a[", "b"],
    [
      ["a[", "a["],
      ["b", "b"],
    ],
  ],
  [[], []],
])("%j", (texts, expected) => {
  expect(parsePicks(texts).map(({ name, expression }) => [name, expression])).toEqual(expected);
});

test.each([[["a,b.a"]], [["x=a", "x=b"]], [["a,"]], [[""]], [["x="]], [[",a"]]])(
  "%j is refused",
  (texts) => {
    expect(() => parsePicks(texts)).toThrow(UsageError);
  },
);

test("two columns of one name are told how to be told apart", () => {
  expect(() => parsePicks(["a.name,b.name"])).toThrow(
    '--pick has two columns named "name" (a.name and b.name); name one with NAME=b.name',
  );
});
