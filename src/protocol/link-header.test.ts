import fc from "fast-check";
import { expect, test } from "vitest";

import { parseLinks } from "./link-header.ts";

const BASE = "https://api.example.com/list?page=2";
const brief = (value: string) => parseLinks(value, BASE).map(({ url, rel }) => `${rel} ${url}`);

test("the pages of a paginated API", () => {
  expect(
    brief(
      '<https://api.example.com/list?page=3>; rel="next", <?page=9>; rel=last, </list>; rel=first',
    ),
  ).toEqual([
    "next https://api.example.com/list?page=3",
    "last https://api.example.com/list?page=9",
    "first https://api.example.com/list",
  ]);
});

test("several relation types are several links, in lower case", () => {
  expect(brief('</a>; rel="Next  START"')).toEqual([
    "next https://api.example.com/a",
    "start https://api.example.com/a",
  ]);
});

test("a parameter without a value does not swallow the next link", () => {
  expect(brief("</a>; crossorigin, </b>; rel=next")).toEqual(["next https://api.example.com/b"]);
});

test("commas and semicolons in quotes and in the target separate nothing", () => {
  expect(brief('</a,b;c>; title="x, <y>; rel=z"; rel=next')).toEqual([
    "next https://api.example.com/a,b;c",
  ]);
});

test("the first of a repeated parameter counts; a decoded title beats the plain one", () => {
  const [link] = parseLinks(
    `</a>; rel=next; rel=prev; title="b\\"c"; title*=UTF-8'de'n%c3%a4chstes`,
    BASE,
  );
  expect(link!.rel).toBe("next");
  expect(link!.parameters).toEqual(new Map([["title", "nächstes"]]));
});

test("relations and anchors have no extended form", () => {
  const [link] = parseLinks("</a>; rel=next; rel*=UTF-8''prev; anchor*=UTF-8''/x", BASE);
  expect([link!.rel, link!.anchor]).toEqual(["next", undefined]);
});

test("a link about something else says so", () => {
  expect(parseLinks('</a>; rel=next; anchor="/other"', BASE)[0]!.anchor).toBe(
    "https://api.example.com/other",
  );
});

test("names of an object's prototype are ordinary parameters", () => {
  const [link] = parseLinks("</a>; rel=next; __proto__=x; constructor=y", BASE);
  expect([...link!.parameters]).toEqual([
    ["__proto__", "x"],
    ["constructor", "y"],
  ]);
  expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
});

test.each([
  "",
  "junk",
  "<unclosed; rel=next",
  "</a>",
  "</a>; rel",
  '</a>; rel=""',
  "<javascript:alert(1)>; rel=next",
  "<http://[bad>; rel=next",
  "</a>; rel=next; anchor=mailto:x@y",
])("%j holds no link", (value) => {
  expect(parseLinks(value, BASE)).toEqual([]);
});

test("an absent field holds no link, a base that is no URL none either", () => {
  expect(parseLinks(undefined, BASE)).toEqual([]);
  expect(parseLinks("</a>; rel=next", "nonsense")).toEqual([]);
});

test("nothing that a server sends makes it throw", () => {
  const piece = fc.constantFrom(
    "<",
    ">",
    ";",
    ",",
    "=",
    '"',
    "\\",
    " ",
    "rel",
    "next",
    "*",
    "'",
    "%e2",
    "a",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      for (const link of parseLinks(pieces.join(""), BASE)) expect(link.rel).not.toBe("");
    }),
  );
});

test("at most 1,000 links are read", () => {
  expect(parseLinks("</a>; rel=x,".repeat(3000), BASE)).toHaveLength(1000);
  expect(parseLinks(`</a>; rel="${"x ".repeat(3000)}"`, BASE)).toHaveLength(1000);
});
