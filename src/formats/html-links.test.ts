import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { createDocument } from "./document.ts";
import { scanLinks } from "./html-links.ts";
import type { PageLink } from "./page-link.ts";
import { compileLinkSelector } from "./select-links.ts";

const URL = "http://a.example/book/index.html";

function scan(html: string | Uint8Array, contentType?: string): PageLink[] {
  const bytes = typeof html === "string" ? Buffer.from(html) : html;
  return [...scanLinks({ bytes, contentType, url: URL })];
}

const brief = ({ url, from, rel, text }: PageLink): string =>
  [from, url.replace("http://a.example", ""), rel, text].join("|");

describe("the links of a page", () => {
  test("come in order, each with its kind, its relations and its text", () => {
    const html = `<!DOCTYPE html><html><head><title><a href=no></title>
      <link rel="stylesheet" href=style.css><LINK REL="Canonical" HREF="/book/">
      <link rel=next href=2.html><meta http-equiv=Refresh content="3; url=later.html">
      <body><a name=x>no link</a>
      <a href="1.html#s" rel="nofollow NoOpener"> Chapter&nbsp;1:
        <b>The</b>&eacute;<br>End <!-- not this --><script>nor("this")</script></a>
      <map><area href=map.html></map><iframe src=/frame?a=1&amp;b=2></iframe>
      <a href='2.html'><div>2</div><div>Two</div><a href=3.html>Three`;
    expect(scan(html).map(brief)).toEqual([
      "link|/book/|canonical|",
      "link|/book/2.html|next|",
      "refresh|/book/later.html||",
      "a|/book/1.html|nofollow noopener|Chapter\u00a01: Theé End",
      "area|/book/map.html||",
      "frame|/frame?a=1&b=2||",
      "a|/book/2.html||2 Two",
      "a|/book/3.html||Three",
    ]);
  });

  test("are resolved against the first base that has a target, wherever it stands", () => {
    const html =
      "<a href=1.html>1</a><!-- <base href=/no/> --><base target=x><base href=/b/><base href=/c/><a href=2.html>2</a>";
    expect(scan(html).map((link) => link.url)).toEqual([
      "http://a.example/b/1.html",
      "http://a.example/b/2.html",
    ]);
  });

  test("are in drawings too, by their own attribute", () => {
    const html = `<a xlink:href=no>0</a><svg><a xlink:href=1.html><text>One</text></a><a href=2.html>Two</a></svg>`;
    const links = ["a|/book/1.html||One", "a|/book/2.html||Two"];
    expect(scan(html).map(brief)).toEqual(links);
    const document = createDocument(Buffer.from(html), "text/html");
    expect(compileLinkSelector("svg a")(document, URL).map(brief)).toEqual(links);
  });

  test("are decoded as browsers do: by the field, by the page, or as windows-1252", () => {
    const page = (text: string, encoding: BufferEncoding) =>
      Buffer.from(`${text}<a href="ü?ü">ü</a>`, encoding);
    expect(scan(page("", "utf8"), "text/html; charset=UTF-8").map(brief)).toEqual([
      "a|/book/%C3%BC?%C3%BC||ü",
    ]);
    expect(scan(page("<meta charset=utf-8>", "utf8"))[0]!.text).toBe("ü");
    expect(scan(page("", "latin1")).map(brief)).toEqual(["a|/book/%C3%BC?%FC||ü"]);
    const latin = createDocument(page("", "latin1"), undefined);
    expect(compileLinkSelector("a")(latin, URL).map(brief)).toEqual(["a|/book/%C3%BC?%FC||ü"]);
    expect(scan(page("\ufeff", "utf16le"))[0]!.text).toBe("ü");
    const japanese = Buffer.from(
      '<meta charset=iso-2022-jp><a href=x>\u001b$B$"\u001b(B</a>',
      "latin1",
    );
    expect(scan(japanese)[0]!.text).toBe("あ");
  });

  test("a text is a title at most, and a page of nothing else is one", () => {
    const [link] = scan(`<a href=x>${"long ".repeat(10_000)}`);
    expect(link!.text.length).toBeLessThanOrEqual(1_000);
    expect(scan("no tags at all")).toEqual([]);
    expect(scan("")).toEqual([]);
    expect(scan("<a href=x")).toEqual([]);
  });
});

describe("a selector", () => {
  const html = `<nav><a href=1>One</a><p><a href=2>Two</a></p></nav><a class=x href=3>Three <b>!</b></a><a href=4>Four`;
  const select = (selector: string, page = html) =>
    compileLinkSelector(selector)(createDocument(Buffer.from(page), "text/html"), URL).map(brief);

  test("means the links themselves, or those within what it means", () => {
    expect(select("a.x")).toEqual(["a|/book/3||Three !"]);
    expect(select("nav")).toEqual(["a|/book/1||One", "a|/book/2||Two"]);
    expect(select("nav, a, p")).toEqual([
      "a|/book/1||One",
      "a|/book/2||Two",
      "a|/book/3||Three !",
      "a|/book/4||Four",
    ]);
    expect(select("h1")).toEqual([]);
  });

  test("uses the page's base, and leaves out what leads nowhere", () => {
    expect(
      select("a", `<base href=/b/><a href=1>1</a><a href="mailto:x@y">2</a><a href=#x>3</a>`),
    ).toEqual(["a|/b/1||1"]);
  });

  test.each(["", "  ", "a[", "::nothing", "a:hover("])("%j is none", (selector) => {
    expect(() => compileLinkSelector(selector)).toThrow(/is not a CSS selector/);
  });

  test("for everything finds what scanning finds", () => {
    const piece = fc.constantFrom(
      ...["<a href=1>", "<a href='/2?a&amp;b'>", "</a>", "text", "<b>", "</b>", "<br>", "&auml;"],
      ...["<area href=3>", "<!-- x -->", "<script>'<a href=4>'</script>", "<a name=x>", "<i>", " "],
      ...["<iframe src=5></iframe>", '<a href="javascript:x">', "</i>", "\n", "<span>", "</span>"],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 15 }), (pieces) => {
        const page = `<body>${pieces.join("")}`;
        const urls = (links: readonly string[]) =>
          new Set(links.map((link) => link.split("|").slice(0, 3).join("|")));
        expect(urls(select("body", page)), page).toEqual(urls(scan(page).map(brief)));
      }),
      { seed: 8, numRuns: 1_000 },
    );
  });
});

describe("hostile pages", () => {
  test("of a million links are read link by link", () => {
    const bytes = Buffer.from("<a href=x>".repeat(1_000_000));
    let count = 0;
    for (const link of scanLinks({ bytes, contentType: "text/html", url: URL })) {
      count += link.text.length + 1;
    }
    expect(count).toBe(1_000_000);
  });

  test("of one link around a million tags are read once", () => {
    const html = `<a href=x>${"<b>&amp;".repeat(300_000)}`;
    expect(scan(html)[0]!.text).toBe("&".repeat(1_000));
  });

  test("nested 40,000 deep have their links selected", () => {
    const html = `<nav>${"<div><a href=x>y</a>".repeat(40_000)}`;
    const links = compileLinkSelector("nav a")(createDocument(Buffer.from(html), undefined), URL);
    expect(links).toHaveLength(40_000);
  });

  test("with attributes that objects inherit have no more links than others", () => {
    expect(scan("<a constructor=x __proto__=y>z</a><a href=__proto__>w</a>").map(brief)).toEqual([
      "a|/book/__proto__||w",
    ]);
  });
});
