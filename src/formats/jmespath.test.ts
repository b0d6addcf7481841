import { describe, expect, test } from "vitest";

import { UsageError } from "../core/usage-error.ts";
import { compileJmespath } from "./jmespath.ts";
import { parseJson, stringifyJson } from "./json.ts";
import { SelectError } from "./select-error.ts";

function select(expression: string, json: string): unknown {
  return compileJmespath(expression)(parseJson(json));
}

test.each([
  ["sort(@)", "[10,9,1]", "[1,9,10]"],
  ["sort(@)", '["b","🙂","\uffff","a"]', '["a","b","\uffff","🙂"]'],
  ["max_by(@, &a).a", '[{"a":"x"},{"a":"z"},{"a":"y"}]', '"z"'],
  ["min_by(@, &a).b", '[{"a":1,"b":1},{"a":1,"b":2}]', "1"],
  ["max_by(@, &a)", "[]", "null"],
  ["sort_by(@, &a)[*].b", '[{"a":2,"b":1},{"a":1,"b":2},{"a":1,"b":3}]', "[2,3,1]"],
  ['contains(@, `{"a":[1]}`)', '[{"a":[1]}]', "true"],
  ["to_number(@)", '" 1"', "null"],
  ["to_number(@)", '"1e2"', "100"],
  ["reverse(@)", '"a🙂b"', '"b🙂a"'],
  ["length(@)", '"a🙂b"', "3"],
  ["length(@)", '{"expref":true}', "1"],
  ["[0 , -1]", "[1,2,3]", null],
  ["[[0], [-1]]", "[1,2,3]", "[1,3]"],
  ["[::-1]", "[1,2,3]", "[3,2,1]"],
  ["a | [b]", "{}", "null"],
  ["a\n.\tb", '{"a":{"b":1}}', "1"],
])("%s of %s", (expression, json, expected) => {
  if (expected === null) expect(() => select(expression, json)).toThrow(UsageError);
  else expect(stringifyJson(select(expression, json))).toBe(expected);
});

describe("integers that a double would not keep", () => {
  const [ONE, NEXT] = ["12345678901234567890", "12345678901234567891"];

  test.each([
    [`@ == \`${ONE}\``, ONE, "true"],
    [`@ == \`${NEXT}\``, ONE, "false"],
    [`@ < \`${NEXT}\``, ONE, "true"],
    ["@ > `1.5`", ONE, "true"],
    [`[?id==\`${ONE}\`].n`, `[{"id":${ONE},"n":1},{"id":${NEXT},"n":2}]`, "[1]"],
    ["max(@)", `[1,${ONE},${NEXT}]`, NEXT],
    ["sort(@)", `[${NEXT},1.5,${ONE}]`, `[1.5,${ONE},${NEXT}]`],
    ["sort_by(@, &@)", `[${NEXT},${ONE}]`, `[${ONE},${NEXT}]`],
    ["sum(@)", `[${ONE},1]`, NEXT],
    ["sum(@)", `[${ONE},-${ONE},1]`, "1"],
    ["sum(@)", `[${ONE},0.5]`, "12345678901234567000"],
    ["avg(@)", `[${ONE},${ONE}]`, "12345678901234567000"],
    ["abs(@)", `-${ONE}`, ONE],
    ["[ceil(@), floor(@)]", ONE, `[${ONE},${ONE}]`],
    ["contains(@, `" + ONE + "`)", `[${ONE}]`, "true"],
    ["type(@)", ONE, '"number"'],
    ["to_string(@)", ONE, `"${ONE}"`],
    ["to_number(@)", `"${ONE}"`, ONE],
    ["@ && `1`", ONE, "1"],
    ["[?@]", `[${ONE}]`, `[${ONE}]`],
  ])("%s of %s", (expression, json, expected) => {
    expect(stringifyJson(select(expression, json))).toBe(expected);
  });
});

describe("names that every object answers to", () => {
  test.each(["constructor", "__proto__", "toString", "a.hasOwnProperty", "a.__proto__.x"])(
    "%s selects nothing where there is no such member",
    (expression) => {
      expect(select(expression, '{"a":{}}')).toBe(null);
    },
  );

  test("__proto__ is a member like any other, in and out", () => {
    const json = '{"__proto__":{"x":1}}';
    expect(select("__proto__.x", json)).toBe(1);
    const made = ['{"__proto__": @.a}', "merge(@, `{}`)"].map((one) => select(one, json));
    for (const value of made) expect(Object.hasOwn(value as object, "__proto__")).toBe(true);
    expect(Object.getPrototypeOf(made[1])).toBe(Object.prototype);
  });

  test("{} is not the same as an object whose member is called __proto__", () => {
    expect(select("@ == `{}`", '{"__proto__":{}}')).toBe(false);
  });
});

describe("is refused", () => {
  test.each([
    ["a b", "it has b at character 3"],
    ["status=`OK`", "= stands where == is meant at character 7"],
    ["[a b]", "it has b at character 4; ] is expected"],
    ["{a: b c: d}", "it has c at character 7; } is expected"],
    ["join(',' a)", "it has a at character 10; ) is expected"],
    ["length(a", "it has come to its end; ) is expected"],
    ["a[", "it has come to its end; a number, : or * is expected"],
    ["a.", "it has come to its end; a name is expected"],
    ["a[b]", "it has b at character 3; a number, : or * is expected"],
    ["'abc", "the text is never closed at character 1"],
    ["a || `1", "the literal is never closed at character 6"],
    ['"a\\x"', '"a\\x" is not quoted as JSON is at character 1'],
    ["a - b", "it has no use for - at character 3"],
    ["a[1:2:0]", "a slice's step cannot be 0 at character 7"],
    ["a[1:2:3:4]", "it has : at character 8; ] is expected"],
    [
      "lenght(a)",
      'it calls lenght(), which JMESPath does not have, at character 1; did you mean "length"?',
    ],
    ["a[?constructor(@)]", "it calls constructor(), which JMESPath does not have, at character 4"],
    ["length()", "length() takes 1 argument, not 0, at character 1"],
    ["merge()", "merge() takes at least 1 argument, not 0, at character 1"],
    ["contains(a, b, c)", "contains() takes 2 arguments, not 3, at character 1"],
    ["sort_by(a, b)", "argument 2 of sort_by() must be a &expression, at character 1"],
    ["length(&a)", "argument 1 of length() must be a value, at character 1"],
    ["&a", "it has & at character 1"],
    ["a.`1`", "it has `1` at character 3; a name is expected"],
  ])("%s", (expression, reason) => {
    expect(() => compileJmespath(expression)).toThrow(
      new UsageError(`the expression ${expression} is not JMESPath: ${reason}`),
    );
  });

  test.each([
    ["what is nested too deeply", "(".repeat(201), "it is nested too deeply"],
    ["what is too long", `a${".a".repeat(100_000)}`, "it is too long"],
  ])("%s", (_, expression, reason) => {
    expect(() => compileJmespath(expression)).toThrow(reason);
  });
});

describe("a value that does not fit is an error of that answer", () => {
  test.each([
    ["length(@)", "1", "length(@): length() takes array or object or string, not number"],
    ["sum(@)", '["1"]', "sum(@): sum() takes list of numbers, not list of something else"],
    [
      "sort_by(@, &a)",
      '[{"a":1},{"a":"1"}]',
      "sort_by(@, &a): the items are to be compared by numbers or by strings, not by number and string",
    ],
  ])("%s of %s", (expression, json, message) => {
    expect(() => select(expression, json)).toThrow(new SelectError(message));
  });

  test("the longest expression is evaluated", () => {
    expect(select(`@${".a".repeat(999)}`, "{}")).toBe(null);
  });
});
