import { expect, test } from "vitest";

import { compileBoundedCss } from "./bounded-css.ts";
import { parseHtml } from "./html-tree.ts";
import { SelectError } from "./select-error.ts";

const tree = (html: string) => parseHtml(Buffer.from(html), "text/html");

test("a selector finds what it means, the first or all", () => {
  const page = tree("<ul><li class=a>1<li>2<li class=a>3</ul>");
  const css = compileBoundedCss("ul > li.a:not(:first-child), li + li");
  expect(css.first(page)?.attribs).toEqual({});
  expect(css.all(page).map(({ attribs }) => attribs)).toEqual([{}, { class: "a" }]);
  expect(compileBoundedCss("li:contains(2)").all(page)).toHaveLength(1);
  expect(compileBoundedCss("q").first(page)).toBeNull();
});

test("a large honest page is read, each time anew", () => {
  const page = tree(
    `<table>${"<tr><td class=n>x</td><td><b>y</b></td></tr>".repeat(20_000)}</table>`,
  );
  const css = compileBoundedCss("table tr td.n ~ td b");
  for (let time = 0; time < 3; time += 1) expect(css.all(page)).toHaveLength(20_000);
});

test.each([
  ["section div p", "<div>".repeat(500) + "<p>".repeat(50_000)],
  ["b ~ p", "<p>".repeat(50_000)],
])("%s gives up on a page made to keep it busy", (selector, html) => {
  const css = compileBoundedCss(selector);
  const page = tree(html);
  expect(() => css.first(page)).toThrow(SelectError);
  expect(() => css.all(page)).toThrow(`${selector} takes too long on this page`);
});

test("tags of very many attributes are no page", () => {
  const attributes = Array.from({ length: 20_000 }, (_, at) => `a${at}=">"`).join(" ");
  expect(() => tree(`<p>x<p ${attributes}>y`)).toThrow(SelectError);
  expect(() => tree(`<p ${attributes}`)).toThrow(SelectError);
  expect(() => tree(`<img src="data:${"x ".repeat(200_000)}">`)).not.toThrow();
});
