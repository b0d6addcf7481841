import { describe, expect, test } from "vitest";

import { UsageError } from "../core/usage-error.ts";
import { compileTextTemplate, templatesInJson } from "./text-template.ts";

const ROW = new Map<string, unknown>([
  ["name", "Nenê O'Neal-Jr."],
  ["first name", "Ann"],
  ["id", 7],
  ["big", 12345678901234567890n],
  ["tags", ["a", 1n]],
  ["nothing", null],
]);

function expand(text: string): string {
  return compileTextTemplate(text).expand((name) => ROW.get(name));
}

describe("places", () => {
  test.each([
    ["{name}.json", "Nenê O'Neal-Jr..json"],
    ["{first name}-{id}", "Ann-7"],
    ["{big}/{tags}/{nothing}", '12345678901234567890/["a",1]/'],
    ["", ""],
    ["{{name}}", "{name}"],
    ["{{{id}}}", "{7}"],
    ['{"a":1}', '{"a":1}'],
    ['{"a":{"b":{id}}}', '{"a":{"b":7}}'],
    ['{"a":{"b":"{id}"}}', '{"a":{"b":"7"}}'],
    ["query { user(id: {id}) { name } }", "query { user(id: 7) { name } }"],
    ["{ id }", "{ id }"],
    ["{}", "{}"],
    ["{", "{"],
    ["}}", "}}"],
    ["{id", "{id"],
    ["{user{id}}", "{user7}"],
  ])("%s becomes %s", (text, expected) => {
    expect(expand(text)).toBe(expected);
  });

  test("variables are listed in order, each once", () => {
    expect(compileTextTemplate("{b}{a|lower}{b}{{c}}").variables).toEqual(["b", "a"]);
  });

  test("a very long text of open braces is read in its own length", () => {
    const text = "{a".repeat(50_000);
    expect(expand(text)).toBe(text);
  });
});

describe("filters", () => {
  function filter(value: unknown, name: string): string {
    return compileTextTemplate(`{x|${name}}`).expand(() => value);
  }

  test.each([
    ["Nenê O'Neal-Jr.", "Nenê_O_Neal_Jr"],
    ["  A.J.  Hammons ", "A_J_Hammons"],
    ["../../etc/passwd", "etc_passwd"],
    ["王 伟", "王_伟"],
    ["!!!", ""],
  ])("underscore of %j is %j", (value, expected) => {
    expect(filter(value, "underscore")).toBe(expected);
  });

  test.each([
    ["firstName LastNAME", "first_name_last_name"],
    ["HTTPServer2Go", "http_server2_go"],
    ["Größe", "größe"],
  ])("snake of %j is %j", (value, expected) => {
    expect(filter(value, "snake")).toBe(expected);
  });

  test.each([
    ["Crème Brûlée & Co.", "creme-brulee-co"],
    ["Łódź Straße Ærø", "lodz-strasse-aero"],
    ["O’Neal's", "oneals"],
    ["ﬁne ①", "fine-1"],
    ["王 伟", "王-伟"],
  ])("slug of %j is %j", (value, expected) => {
    expect(filter(value, "slug")).toBe(expected);
  });

  test.each([
    [1_700_000_000, "2023-11-14"],
    [1_700_000_000_000, "2023-11-14"],
    ["1700000000", "2023-11-14"],
    [1_700_000_000n, "2023-11-14"],
    [0, "1970-01-01"],
    ["2024-02-29", "2024-02-29"],
    ["2024-02-29T23:59:59", "2024-02-29"],
    ["2024-02-29T23:59:59-02:00", "2024-03-01"],
    ["2024-02-29T23:59:59Z", "2024-02-29"],
    ["20240229", "2024-02-29"],
    ["Tue, 15 Nov 1994 08:12:31 GMT", "1994-11-15"],
    ["Nov 15, 1994", "1994-11-15"],
    ["soon", "soon"],
    ["", ""],
    ["2024-13-45", "2024-13-45"],
  ])("date of %s is %s", (value, expected) => {
    expect(filter(value, "date")).toBe(expected);
  });

  test("filters apply from left to right", () => {
    expect(filter("Ab Cd", "underscore|lower")).toBe("ab_cd");
    expect(filter("ab", "upper")).toBe("AB");
  });

  test("an unknown filter names the nearest, or all there are", () => {
    expect(() => compileTextTemplate("{name|undescore}")).toThrow(
      new UsageError('"undescore" in {name|undescore} is not a filter; did you mean "underscore"?'),
    );
    expect(() => compileTextTemplate("{name|}")).toThrow("there are underscore, snake, slug");
    expect(() => compileTextTemplate("{name|constructor}")).toThrow(UsageError);
  });
});

describe("templates in JSON", () => {
  test("a string that is only a name takes the value's own type", () => {
    const template = templatesInJson({ id: "{id}", big: "{big}", tags: "{tags}", text: "n{id}" });
    expect(template.variables).toEqual(["id", "big", "tags"]);
    expect(template.expand((name) => ROW.get(name))).toEqual({
      id: 7,
      big: 12345678901234567890n,
      tags: ["a", 1n],
      text: "n7",
    });
  });

  test("a filtered value is text, a missing one null", () => {
    expect(
      templatesInJson(["{id|lower}", "{nothing}", "{none}"]).expand((name) => ROW.get(name)),
    ).toEqual(["7", null, null]);
  });

  test("names of objects, numbers and escaped braces are left alone", () => {
    const value = { "{id}": [1, true, null, "{{id}}"], plain: "x" };
    expect(templatesInJson(value).expand(() => 1)).toEqual({
      "{id}": [1, true, null, "{id}"],
      plain: "x",
    });
  });

  test("a __proto__ key stays a key", () => {
    const value = templatesInJson(JSON.parse('{"__proto__":{"a":"{id}"}}')).expand(
      () => 1,
    ) as object;
    expect(Object.keys(value)).toEqual(["__proto__"]);
    expect(JSON.stringify(value)).toBe('{"__proto__":{"a":1}}');
  });
});
