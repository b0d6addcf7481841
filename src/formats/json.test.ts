import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { findJsonFault } from "./json-fault.ts";
import { JsonError, MAX_JSON_DEPTH, parseJson, stringifyJson } from "./json.ts";

describe("numbers", () => {
  test.each([
    ["9007199254740991", 9007199254740991],
    ["9007199254740993", 9007199254740993n],
    ["-9223372036854775808", -9223372036854775808n],
    ["9007199254740992", 9007199254740992],
    ["123456789012345678901234567890", 123456789012345678901234567890n],
    ["1e400", Infinity],
    ["12345678901234567.0", 12345678901234568],
    ["0.1000000000000000055", 0.1],
    ["-0", -0],
    [" 12345678901234567890 ", 12345678901234567890n],
  ])("%s is %s", (text, expected) => {
    expect(parseJson(text)).toBe(expected);
  });

  test("integers of any length come out as the digits that went in", () => {
    fc.assert(
      fc.property(fc.bigInt(), (number) => {
        const text = `{"id":${number},"list":[${number}]}`;
        expect(stringifyJson(parseJson(text))).toBe(text);
      }),
    );
  });

  test.each([
    ["[1,-12345678901234567891]", -12345678901234567891n],
    ["[1,\t12345678901234567891\r\n]", 12345678901234567891n],
    ["[0.30000000000000004,12345678901234567891]", 12345678901234567891n],
    ['["x",12345678901234567e1]', 123456789012345660],
  ])("%s is found wherever it stands", (text, expected) => {
    expect((parseJson(text) as unknown[])[1]).toBe(expected);
  });

  test("digits within a string stay a string", () => {
    expect(parseJson('{"id":"12345678901234567890"}')).toEqual({ id: "12345678901234567890" });
  });
});

describe("text", () => {
  test("every JSON value survives a round", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(stringifyJson(parseJson(text))).toBe(text);
        expect(stringifyJson(parseJson(Buffer.from(text)))).toBe(text);
      }),
    );
  });

  test("a byte order mark is dropped from text and bytes", () => {
    expect(parseJson("\ufeff[1]")).toEqual([1]);
    expect(parseJson(Buffer.from("\ufeff[1]"))).toEqual([1]);
  });

  test("a __proto__ key is an own property and nobody's prototype", () => {
    const value = parseJson('{"__proto__":{"x":1},"id":12345678901234567890}') as object;
    expect(Object.keys(value)).toEqual(["__proto__", "id"]);
    expect("x" in value).toBe(false);
    expect(stringifyJson(value)).toBe('{"__proto__":{"x":1},"id":12345678901234567890}');
  });

  test("what is written is one line and valid UTF-8", () => {
    const text = stringifyJson({ a: "\n\r\u2028\u2029\ud800\u0000", b: 1n });
    expect(text).not.toMatch(/[\n\r\u2028\u2029]/);
    expect(text.isWellFormed()).toBe(true);
    expect(JSON.parse(text)).toEqual({ a: "\n\r\u2028\u2029\ud800\u0000", b: 1 });
  });

  test("undefined is written as null", () => {
    expect(stringifyJson(undefined)).toBe("null");
  });
});

describe("errors", () => {
  test.each([
    ["", "ends where a value is expected (line 1, column 1)"],
    ["<html>", 'has "<" where a value is expected (line 1, column 1)'],
    ['{"a":1,\n "b" 2}', 'has "2" where : is expected (line 2, column 6)'],
    ['{"a":1,}', 'has "}" where a name in quotes is expected (line 1, column 8)'],
    ["[1,2", "ends where , or ] is expected (line 1, column 5)"],
    ["[01]", 'has "01" where a value is expected (line 1, column 2)'],
    ["[nul]", 'has "nul" where a value is expected (line 1, column 2)'],
    ["[1] 2", 'has "2" where nothing more is expected (line 1, column 5)'],
    ['["a\tb"]', "has a control character within a string (line 1, column 4)"],
    ['["a\\x"]', "has an escape that JSON does not know (line 1, column 4)"],
    ['\r\n["a', "has a string that is never closed (line 2, column 2)"],
    ["{a:1}", 'has "a" where a name in quotes or } is expected (line 1, column 2)'],
    ["[1,🙂]", 'has "🙂" where a value is expected (line 1, column 4)'],
  ])("%j %s", (text, message) => {
    expect(() => parseJson(text)).toThrow(`the JSON ${message}`);
    expect(() => parseJson(text)).toThrow(JsonError);
  });

  test("bytes that are no UTF-8 are named by line and column", () => {
    expect(() => parseJson(Buffer.from('["a",\n"\xe9"]', "latin1"))).toThrow(
      "the JSON is not UTF-8 (line 2, column 2)",
    );
  });

  test.each([
    ["arrays", "[", "]"],
    ["objects", '{"a":', "}"],
  ])("%s nested 100,000 deep are an error, at the limit they are not", (_, open, close) => {
    const nested = (depth: number): string =>
      `${open.repeat(depth)}${open === "[" ? "" : "1"}${close.repeat(depth)}`;
    expect(() => parseJson(nested(100_000))).toThrow("nested more than 1000 deep");
    expect(stringifyJson(parseJson(nested(MAX_JSON_DEPTH)))).toBe(nested(MAX_JSON_DEPTH));
    expect(() => parseJson(nested(MAX_JSON_DEPTH + 1))).toThrow(JsonError);
    expect(() => parseJson(open.repeat(100_000))).toThrow(JsonError);
  });

  test("brackets within strings are no nesting", () => {
    const value = [`${"[".repeat(5000)}\\`, `"${"{".repeat(5000)}`];
    expect(parseJson(JSON.stringify(value))).toEqual(value);
  });

  test("a fault is found exactly where JSON.parse refuses the text", () => {
    const text = fc.oneof(
      fc.string({
        unit: fc.constantFrom(...'[]{},:"\\ \n01.-+eEtruefalsn\u0001'.split("")),
        maxLength: 12,
      }),
      fc
        .json()
        .chain((json) =>
          fc
            .tuple(fc.nat(json.length), fc.constantFrom("", "]", "}", '"', ",", "1", "\\"))
            .map(([at, piece]) => json.slice(0, at) + piece + json.slice(at + 1)),
        ),
    );
    fc.assert(
      fc.property(text, (candidate) => {
        let accepted = true;
        try {
          JSON.parse(candidate);
        } catch {
          accepted = false;
        }
        expect(findJsonFault(candidate) === undefined).toBe(accepted);
      }),
      { numRuns: 2000 },
    );
  });
});
