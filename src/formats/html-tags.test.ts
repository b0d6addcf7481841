import fc from "fast-check";
import { Tokenizer, type Token, TokenizerMode } from "parse5";
import { expect, test } from "vitest";

import { HtmlTags } from "./html-tags.ts";

/** The tags of a text and their attributes, as we find them. */
function found(html: string): string[] {
  const tags = new HtmlTags(html);
  const list: string[] = [];
  while (tags.next()) {
    if (tags.kind === "close") list.push(`/${tags.name}`);
    if (tags.kind === "open") {
      list.push([tags.name, tags.attribute("href") ?? "-", tags.attribute("x") ?? "-"].join(" "));
    }
  }
  return list;
}

/** The same as the tokenizer of parse5 finds them. */
function expected(html: string): string[] {
  const list: string[] = [];
  const ignore = (): void => {};
  const raw = ["style", "iframe", "noframes", "noembed", "xmp"];
  const tokenizer: Tokenizer = new Tokenizer(
    { sourceCodeLocationInfo: false },
    {
      onStartTag(tag: Token.TagToken) {
        const value = (name: string) => tag.attrs.find((one) => one.name === name)?.value ?? "-";
        list.push([tag.tagName, value("href"), value("x")].join(" "));
        if (tag.tagName === "script") tokenizer.state = TokenizerMode.SCRIPT_DATA;
        if (raw.includes(tag.tagName)) tokenizer.state = TokenizerMode.RAWTEXT;
        if (["textarea", "title"].includes(tag.tagName)) tokenizer.state = TokenizerMode.RCDATA;
        if (tag.tagName === "plaintext") tokenizer.state = TokenizerMode.PLAINTEXT;
      },
      onEndTag: (tag: Token.TagToken) => list.push(`/${tag.tagName}`),
      onComment: ignore,
      onDoctype: ignore,
      onEof: ignore,
      onCharacter: ignore,
      onNullCharacter: ignore,
      onWhitespaceCharacter: ignore,
    },
  );
  tokenizer.write(html, true);
  return list;
}

test("tags are found where a tokenizer of HTML finds them, whatever the text", () => {
  const word = fc.constantFrom(
    ...["<", ">", "/", "=", '"', "'", " ", "\n", "!", "?", "-", "--", "<!--", "-->", "--!>"],
    ...["<a", "<A ", "a", "href", "x", "href=", ' href="', " x='", "</a>", "</a", "<b>", "</B\t>"],
    ...["<script>", "</script>", "<script ", "</SCRIPT ", "<style>", "</style>", "<title>"],
    ...["</title>", "<textarea>", "</textarea/>", "<xmp>", "</xmp>", "<plaintext>", "<!doctype"],
    ...["<!-->", "<!--->", "<script><!-->", "<script>", "<!--<script>", "-->", "</script>"],
    ...["<![CDATA[", "]]>", "\0", "ü", "1", "</", "</>", "<?", "<!"],
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 24 }), (words) => {
      const html = words.join("");
      expect(found(html), JSON.stringify(html)).toEqual(expected(html));
    }),
    { seed: 6, numRuns: 20_000 },
  );
});

test("what a script writes is no tag, nor what it writes of scripts", () => {
  const html = `<script>"<a href=1>"<!-- <script></script><a href=2> --></script><a href=3>`;
  expect(found(html)).toEqual(["script - -", "/script", "a 3 -"]);
});

test("a comment may end where it begins, in a script too", () => {
  expect(found("<!--><a href=1><!---><a href=2>")).toEqual(["a 1 -", "a 2 -"]);
  const html = "<script><!--><script></script><a href=3>";
  expect(found(html)).toEqual(["script - -", "/script", "a 3 -"]);
});

test("in SVG a tag may close itself, and hold a section of text", () => {
  const html = `<svg><style/><script/><a href=1></a><![CDATA[<a href=2>]]></svg><style/><a href=3>`;
  expect(found(html)).toEqual([
    ...["svg - -", "style - -", "script - -", "a 1 -", "/a", "/svg", "style - -"],
  ]);
});

test("the text between two tags is told, comments left out of it", () => {
  const tags = new HtmlTags("a<b>c < d<!-- no -->e</b>f");
  const texts: string[] = [];
  let goesOn = true;
  while (goesOn) {
    goesOn = tags.next();
    texts.push(tags.html.slice(...tags.text));
  }
  expect(texts).toEqual(["a", "c < d", "e", "f"]);
});

test.each([
  ["open tags", "<a ".repeat(300_000)],
  ["open quotes", '<a b="'.repeat(300_000)],
  ["half tags", "</".repeat(500_000)],
  ["comments that do not end", "<!--".repeat(300_000)],
  ["scripts that do not end", "<script><!--".repeat(200_000)],
  ["titles that do not end", "<title></titl".repeat(200_000)],
  ["angles", "<".repeat(1_000_000)],
  ["attributes", `<a ${"b ".repeat(500_000)}>`],
  ["deep nesting", "<div>".repeat(200_000)],
])("a million characters of %s are read once", (_case, html) => {
  const tags = new HtmlTags(html);
  let count = 0;
  while (tags.next()) count += 1;
  expect(count).toBeLessThanOrEqual(200_000);
});
