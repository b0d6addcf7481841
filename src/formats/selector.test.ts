import { describe, expect, test } from "vitest";

import { UsageError } from "../core/usage-error.ts";
import { JsonError } from "./json.ts";
import { compileCondition, compileSelector, createDocument, type Document } from "./selector.ts";

function json(text: string): Document {
  return createDocument(Buffer.from(text), "application/json");
}

async function select(expression: string, text: string): Promise<unknown> {
  return (await compileSelector(expression)).select(json(text));
}

const PLACES = `{"results":[{"name":"A","geometry":{"location":{"lat":1.5}}},{"name":"B"}],
  "status":"OK","id":12345678901234567890,"zero":0,"empty":[],"no":null,"__proto__":{"x":1}}`;

describe("plain paths", () => {
  test.each([
    ["status", "OK"],
    ["results[0].geometry.location.lat", 1.5],
    ["results[-1].name", "B"],
    ["results[2].name", null],
    ["results[-3]", null],
    ["results.name", null],
    ["status[0]", null],
    ["status.length", null],
    ["results.length", null],
    ["no.x", null],
    ["nope", null],
    ["constructor", null],
    ["toString.name", null],
    ["__proto__.x", 1],
    ["id", 12345678901234567890n],
  ])("%s", async (expression, expected) => {
    expect(await select(expression, PLACES)).toBe(expected);
  });

  test("an index may come first", async () => {
    expect(await select("[1].a", '[1,{"a":2}]')).toBe(2);
  });
});

describe("JMESPath", () => {
  test.each([
    ["results[*].name", ["A", "B"]],
    ["results[?name=='B'] | [0].name", "B"],
    ["{first: results[0].name, id: id}", { first: "A", id: 12345678901234567890n }],
    ["[id]", [12345678901234567890n]],
    ["length(results)", 2],
    ['"status"', "OK"],
    ["@.status", "OK"],
    ["nope || status", "OK"],
    ["status!=`OK`", false],
    ['status==`"OK"`', true],
    ["results[?name==`A`].name", ["A"]],
    ["`a\\`b`", "a`b"],
    ['`"a\\`b"`', "a`b"],
    ["constructor || status", "OK"],
    ["results[*].constructor", []],
    ["results[*].[toString]", [[null], [null]]],
  ])("%s", async (expression, expected) => {
    expect(await select(expression, PLACES)).toEqual(expected);
  });

  test.each([
    ["results[", "is not JMESPath"],
    ["", "is empty"],
  ])("%s is refused in one sentence", async (expression, message) => {
    await expect(compileSelector(expression)).rejects.toThrow(UsageError);
    await expect(compileSelector(expression)).rejects.toThrow(message);
    await expect(compileSelector(expression)).rejects.toThrow(/^[^\n]{1,200}$/);
  });

  test("a function in a text is none that is called", async () => {
    expect(await select("results[?name=='foo(x)']", PLACES)).toEqual([]);
  });
});

describe("JSONPath", () => {
  test.each([
    ["$.status", "OK"],
    ["$.results[0].name", "A"],
    ["$['results'][-1]['name']", "B"],
    ["$.nope", null],
    ["$.id", 12345678901234567890n],
    ["$..name", ["A", "B"]],
    ["$.results[*].nope", []],
    ["$.results[?@.name=='B'].name", ["B"]],
    ["$.constructor", null],
    ["$..constructor", []],
  ])("%s", async (expression, expected) => {
    expect(await select(expression, PLACES)).toEqual(expected);
  });

  test("a malformed query is refused with the position", async () => {
    await expect(compileSelector("$.a[")).rejects.toThrow(
      new UsageError(
        "the expression $.a[ is not JSONPath: unclosed bracketed selection at character 5",
      ),
    );
  });
});

describe("CSS", () => {
  const page = `<!doctype html><title> A  page </title><style>p{}</style>
    <h1 class=t>Über\n  <b>uns</b><script>var x</script></h1><h1 class=t>two</h1>
    <a href="/x?a=1&amp;b" DATA-Id=" 7 ">link</a><script id=j>{"a":1}</script><p></p>`;

  async function css(
    expression: string,
    html: string | Uint8Array = page,
    type = "text/html",
  ): Promise<unknown> {
    const bytes = typeof html === "string" ? Buffer.from(html) : html;
    return (await compileSelector(expression)).select(createDocument(bytes, type));
  }

  test.each([
    ["css:h1.t", "Über uns"],
    ["css: h1.t::text ", "Über uns"],
    ["css:title", "A page"],
    ["css:a::attr(href)", "/x?a=1&b"],
    ["css:a::attr( data-id )", " 7 "],
    ["css:a::attr(title)", null],
    ["css:a::attr(constructor)", null],
    ["css:h2", null],
    ["css:p", ""],
    ["css:#j", '{"a":1}'],
    ["css:h1:nth-of-type(2)", "two"],
    ["css:h2, a", "link"],
  ])("%s", async (expression, expected) => {
    expect(await css(expression, `<meta charset=utf-8>${page}`)).toBe(expected);
  });

  test.each([
    ["css:", "it is empty"],
    ["css:::text", "it is empty"],
    ["css:h1[", "Expected name, found its end"],
    ["css:h1:nope", "Unknown pseudo-class :nope"],
  ])("%s is refused", async (expression, message) => {
    await expect(compileSelector(expression)).rejects.toThrow(UsageError);
    await expect(compileSelector(expression)).rejects.toThrow(message);
  });

  test.each([
    ["the Content-Type field", "<p>\xe9\x80", "text/html; charset=windows-1252", "é€"],
    ["a meta element", '<meta charset="koi8-r"><p>\xc1', "text/html", "а"],
    ["a byte order mark", "\xef\xbb\xbf<p>\xc3\xa9", "text/html; charset=koi8-r", "é"],
    ["nothing at all", "<p>\xe9", "text/html", "é"],
    [
      "a meta element late in the head",
      `<script>${"x".repeat(5000)}</script><meta charset=koi8-r><p>\xc1`,
      "text/html",
      "а",
    ],
    [
      "no meta element that stands late in the body",
      `<body>${"x".repeat(1500)}<script>"<meta charset=koi8-r>"</script><p>\xe9`,
      "text/html",
      "é",
    ],
    ["a label nobody knows", "<p>\xe9", "text/html; charset=nonsense", "é"],
  ])("the encoding is told by %s", async (_, latin1, type, expected) => {
    expect(await css("css:p", Buffer.from(latin1, "latin1"), type)).toBe(expected);
  });

  test("a page nested 100,000 deep is read", async () => {
    const html = `${"<div>".repeat(100_000)}<p>deep`;
    expect(await css("css:div p", html)).toBe("deep");
    expect(await css("css:div", html)).toBe("deep");
  });
});

describe("documents", () => {
  test("are parsed once", async () => {
    const document = json('{"a":{"b":1}}');
    const first = (await compileSelector("a")).select(document);
    expect((await compileSelector("$.a")).select(document)).toBe(first);
  });

  test("a body that is no JSON is an error each time, and HTML all the same", async () => {
    const document = json("<p>x</p>");
    const selector = await compileSelector("a");
    expect(() => selector.select(document)).toThrow(JsonError);
    expect(() => selector.select(document)).toThrow('has "<" where a value is expected');
    expect((await compileSelector("css:p")).select(document)).toBe("x");
  });
});

describe("conditions", () => {
  test.each([
    ["status!=`OK`", false],
    ["status==`OK`", true],
    ["zero", true],
    ["id", true],
    ["id && zero", true],
    ["!id", false],
    ["id > `12345678901234567889`", true],
    ["empty", false],
    ["no", false],
    ["nope", false],
    ["!nope", true],
    ["results", true],
    ["$.results[?@.name=='C']", false],
    ["$.results[?@.name=='B']", true],
  ])("%s holds: %s", async (expression, expected) => {
    expect((await compileCondition(expression)).holds(json(PLACES))).toBe(expected);
  });
});

describe("names", () => {
  test.each([
    ["gender", "gender"],
    ["a.b", "b"],
    ["a[0].b[-1]", "b"],
    ["items[*].name", "name"],
    ["items[*]", "items"],
    ['a."first name"', "first name"],
    ["$.a.b", "b"],
    ["$..price", "price"],
    ["$['first name']", "first name"],
    ["$[0]", "$[0]"],
    ["length(a)", "length(a)"],
    ["a || b", "a || b"],
    ["css:h1.title", "h1.title"],
    ["css:a::attr(href)", "href"],
  ])("%s is called %s", async (expression, name) => {
    expect((await compileSelector(expression)).name).toBe(name);
  });
});

const LIST = {
  a: { b: [{ x: 1, y: [2] }, null, 3, { x: null }, { y: "z" }] },
  c: "no list",
  d: [],
};

test.each([
  ...["a.b", "a.b[*]", "a.b[*].x", "a.b[*].y[0]", "a.b[*].{x: x, y: y[0]}", "d", "d[*].x"],
  ...["@.a.b[*]", "a.b[*].x | [0]", "a.b[*].y[*]", "a.b[].x", "a.b[?x].x", "c", "c[*]", "e[*].x"],
  ...["a.b[*].{x: '}'}", "[*].x", "@"],
])("%s gives the same items one by one, or none of them", async (text) => {
  const selector = await compileSelector(text);
  for (const value of [LIST, LIST.a.b]) {
    const bytes = Buffer.from(JSON.stringify(value, null, 1));
    const found = selector.items?.(bytes);
    if (found === undefined) continue;
    expect([...found]).toEqual(selector.select(createDocument(bytes, undefined)));
  }
});

test("the usual ways to name a list are read one by one", async () => {
  const bytes = Buffer.from(JSON.stringify(LIST));
  for (const text of ["a.b", "a.b[*]", "a.b[*].x", "a.b[*].{x: x, y: y[0]}"]) {
    expect((await compileSelector(text)).items?.(bytes), text).toBeDefined();
  }
  const { items } = await compileSelector("[*].x");
  expect([...items!(Buffer.from('[{"x": 1}, {"x": 2}]'))!]).toEqual([1, 2]);
});
