import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { UsageError } from "../core/usage-error.ts";
import { columnOfVariable, compileUrlTemplate } from "./url-template.ts";

function expand(text: string, values: Record<string, unknown>): string {
  const map = new Map(Object.entries(values));
  return compileUrlTemplate(text).expand((name) => map.get(name));
}

describe("values", () => {
  test.each([
    ["{x}", { x: 9007199254740993n }, "9007199254740993"],
    ["{x}", { x: false }, "false"],
    ["{x}", { x: 0 }, "0"],
    ["{?x,y}", { x: null, y: undefined }, ""],
    ["{?x}", { x: "" }, "?x="],
    ["{/x*}", { x: new Map([["a", 1]]) }, "/a=1"],
    ["{?x*}", { x: [1, null, ["a"]] }, "?x=1&x=%5B%22a%22%5D"],
    ["{x}", { x: [{ a: 12345678901234567890n }] }, "%7B%22a%22%3A12345678901234567890%7D"],
    ["{?x}", { x: {} }, ""],
    ["{?x*}", { x: [null] }, ""],
    ["{x}", { x: "a b&c=d/é🙂%41'" }, "a%20b%26c%3Dd%2F%C3%A9%F0%9F%99%82%2541%27"],
    ["{+x}", { x: "a b&[é]%41%4" }, "a%20b&[%C3%A9]%41%254"],
    ["{x}|{+x}", { x: "\ud800z" }, "%EF%BF%BDz%7C%EF%BF%BDz"],
    ["{x:1}", { x: "\ud800z" }, "%EF%BF%BD"],
    ["{x}", { x: "\r\n\0" }, "%0D%0A%00"],
  ])("%s of case %# is %s", (text, values, expected) => {
    expect(expand(text, values)).toBe(expected);
  });

  test("a prefix of a list is refused with its name", () => {
    expect(() => expand("{x:3}", { x: ["abc"] })).toThrow(/\{x:3\} takes the first characters/);
  });

  test("any text, lone surrogates too, expands to what decodes to the same text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        const url = expand("{value}", { value });
        expect(url).toMatch(/^[\w.~%-]*$/);
        expect(decodeURIComponent(url)).toBe(value.toWellFormed());
      }),
    );
  });

  test("an encoded value never adds a delimiter to the URL", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        const url = new URL(expand("https://a.example/x/{value}/y?q={value}", { value }));
        expect(url.host).toBe("a.example");
        expect([...url.searchParams.keys()]).toEqual(["q"]);
        expect(url.hash).toBe("");
      }),
    );
  });
});

describe("names", () => {
  test("variables are listed in order, each once", () => {
    expect(compileUrlTemplate("{b}{?a,b*}{&c:3}").variables).toEqual(["b", "a", "c"]);
  });

  test("a header that is no RFC name is addressed percent-encoded", () => {
    expect(expand("/x/{first%20name}", { "first name": "Ann" })).toBe("/x/Ann");
    expect(expand("{?first%20name}", { "first name": "Ann" })).toBe("?first%20name=Ann");
    expect(columnOfVariable("first%20name", ["id", "first name"])).toBe("first name");
    expect(columnOfVariable("first%20nam", ["id", "first name"])).toBeUndefined();
  });

  test("a declared column is also addressed as it is written", () => {
    const columns = ["first name", "straße", "a-b"];
    const template = compileUrlTemplate("/{first name}{?straße,a-b}", { columns });
    expect(template.variables).toEqual(columns);
    expect(template.expand((name) => name.length)).toBe("/10?straße=6&a-b=3");
  });

  test("without the declaration the error writes the name as it has to be", () => {
    expect(() => compileUrlTemplate("/x/{first name}")).toThrow("write it {first%20name}");
    expect(() => compileUrlTemplate("/x/{a-b}")).toThrow("write it {a%2Db}");
  });

  test("prototype members are no values", () => {
    expect(expand("{?constructor,__proto__}", {})).toBe("");
  });
});

describe("errors", () => {
  test.each([
    ["/a/{b", 4, "never closed"],
    ["/a/b}", 5, "closes nothing"],
    ["/a/{}", 5, "without a name"],
    ["/a/{b,}", 7, "without a name"],
    ["/a/{b:0}", 6, "from 1 to 9999"],
    ["/a/{b|lower}", 6, "filters are for"],
  ])("%s is refused at character %i", (text, position, what) => {
    expect(() => compileUrlTemplate(text)).toThrow(UsageError);
    expect(() => compileUrlTemplate(text)).toThrow(what);
    expect(() => compileUrlTemplate(text)).toThrow(`at character ${position}: `);
  });
});

describe("host variables", () => {
  test.each([
    "https://a.example/{x}",
    "https://a.example{/x}",
    "https://a.example{/x}/{y}",
    "https://a.example{?x}",
    "https://a.example{?x}{&y}",
    "https://a.example?q={x}",
    "https://a.example:8080/{+x}",
    "https://a.example{+x}",
    "https://a.example:8080{+x}{?y}",
    "https://a.example{#x}",
    "/path/{x}",
    "path/{x}",
    "{?x}",
    "https://a.example/",
    "",
  ])("%s has none", (text) => {
    expect(compileUrlTemplate(text).hostVariables).toBe("none");
  });

  test.each([
    "{+url}",
    "{x}/y",
    "https://{x}/y",
    "https://a.example{x}/y",
    "https://a.example{.x}/y",
    "https://a.example:{port}/",
    "https://a.example:{+port}/",
    "https://a.{+domain}",
    "https://{+host}/y",
    "https://a{x}",
    "https:{+x}",
    "https:///{x}",
    "{scheme}://a.example/",
    "http{s}://a.example/",
    "//{x}/y",
  ])("%s has some", (text) => {
    expect(compileUrlTemplate(text).hostVariables).toBe("some");
  });

  test("where there are none, no row changes the origin", () => {
    const templates = [
      "https://a.example/{+y}{?z}",
      "https://a.example{?y}{&z}",
      "https://a.example{/y}{z}",
      "https://a.example{+y}{+z}",
    ];
    const value = fc.option(fc.string({ unit: "binary" }), { nil: undefined });
    for (const template of templates.map((text) => compileUrlTemplate(text))) {
      expect(template.hostVariables).toBe("none");
      fc.assert(
        fc.property(value, value, (y, z) => {
          let url: string;
          try {
            url = template.expand((name) => (name === "y" ? y : z));
          } catch (error) {
            expect(error).toBeInstanceOf(UsageError);
            return;
          }
          expect(new URL(url).origin).toBe("https://a.example");
        }),
      );
    }
  });

  test.each(["@evil.example/", ":81/", ".evil.example/", "\\@evil.example", "x", "%2F"])(
    "a row whose path is %j is refused, in place of the host's end",
    (path) => {
      const template = compileUrlTemplate("https://a.example{+path}");
      expect(() => template.expand(() => path)).toThrow("would change its host");
      expect(template.expand(() => "/b?c")).toBe("https://a.example/b?c");
    },
  );

  test("a row that would lengthen the host is refused", () => {
    const template = compileUrlTemplate("https://a.example{?y}{&z}");
    expect(template.expand(() => 1)).toBe("https://a.example?y=1&z=1");
    expect(() => template.expand((name) => (name === "z" ? ".evil.example" : undefined))).toThrow(
      "would change its host",
    );
  });
});
