import fc from "fast-check";
import { expect, test } from "vitest";

import { followPath } from "./field-path.ts";
import { jsonList } from "./json-list.ts";
import { parseJson } from "./json.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);
const all = (text: string, ...path: (string | number)[]): unknown => {
  const list = jsonList(bytes(text), path);
  return list && [...list];
};

test("any list of any JSON is what parsing the whole gives", () => {
  const space = fc.constantFrom(undefined, 1, "\t");
  fc.assert(
    fc.property(fc.jsonValue(), fc.array(fc.jsonValue()), space, (other, list, blanks) => {
      const text = JSON.stringify(
        { a: other, "b\u00e9": [other, { list, more: other }] },
        null,
        blanks,
      );
      const path = ["bé", 1, "list"];
      expect(all(text, ...path)).toEqual(followPath(path, parseJson(text)));
      expect(all(`\ufeff ${JSON.stringify(list, null, blanks)}\n`)).toEqual(
        parseJson(JSON.stringify(list)),
      );
    }),
  );
});

test("what parsing refuses is never read to its end", () => {
  const text = '{"a": [1, {"x": "\\"]"}, "é"], "b": {"c": [true, null]}}';
  expect(all(text, "a")).toEqual([1, { x: '"]' }, "é"]);
  expect(all(text, "b", "c")).toEqual([true, null]);
  fc.assert(
    fc.property(
      fc.nat(text.length - 1),
      fc.constantFrom("", ",", "]", "}", '"', "x", "\u0001"),
      (at, put) => {
        const broken = text.slice(0, at) + put + text.slice(at + 1);
        let whole: unknown = "refused";
        try {
          whole = followPath(["a"], parseJson(broken));
        } catch {
          // Told by `refused`.
        }
        let found: unknown = "refused";
        try {
          found = all(broken, "a") ?? whole;
        } catch {
          // Told by `refused`.
        }
        expect(found).toEqual(whole);
      },
    ),
    { numRuns: 2_000 },
  );
});

test("only the whole tells of keys that are there twice, of what is no list and of other bytes than UTF-8", () => {
  expect(all('{"a": [1], "a": [2]}', "a")).toBeUndefined();
  expect(all('{"a": {"b": [1]}, "a": 2}', "a", "b")).toBeUndefined();
  expect(all('{"a": 1}', "a")).toBeUndefined();
  expect(all('{"a": [1]}', "b")).toBeUndefined();
  expect(all("[[1]]", -1)).toBeUndefined();
  expect(all("[[1]]", 1)).toBeUndefined();
  expect(jsonList(Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]), [])).toBeUndefined();
  expect(all('[12345678901234567890, {"__proto__": 1}]')).toEqual([
    12345678901234567890n,
    JSON.parse('{"__proto__": 1}'),
  ]);
});
