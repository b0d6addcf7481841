import { expect, test } from "vitest";

import { UsageError } from "../core/usage-error.ts";
import { compileFindLinks, type LinkSelectors } from "./find-links.ts";

const PAGE = `
<a href="1.pdf">One</a> <nav><a href="about.html" rel=nofollow>About</a></nav>
<a class=more href="two.html" rel="next">More</a> <a class=c href="get?file=2">Two</a>
<a href="picture.png">Picture</a> <ul class=parts><li><a href="part.html">Part</a></ul>`;

async function found(selectors: LinkSelectors, html = PAGE) {
  const find = await compileFindLinks(selectors);
  const page = { bytes: Buffer.from(html), contentType: "text/html", url: "http://a.example/" };
  return find(page).map(({ url, kind }) => `${kind} ${url.slice("http://a.example/".length)}`);
}

test.each<[string, LinkSelectors, readonly string[]]>([
  [
    "all links are followed but those with nofollow",
    {},
    ["page 1.pdf", "page two.html", "page get?file=2", "page picture.png", "page part.html"],
  ],
  [
    "a selector's links are files; what is plainly a file and not meant is left out",
    { download: ".c" },
    ["page two.html", "file get?file=2", "page part.html"],
  ],
  [
    "links to PDFs are files for a book",
    { pdf: "files" },
    ["file 1.pdf", "page two.html", "page get?file=2", "page part.html"],
  ],
  ["only what is to be followed", { follow: "nav, .parts" }, ["page about.html", "page part.html"]],
  [
    "both, in the order of the page",
    { follow: ".parts", download: ".c, [href$=pdf]" },
    ["file 1.pdf", "file get?file=2", "page part.html"],
  ],
])("%s", async (_, selectors, expected) => {
  expect(await found(selectors)).toEqual(expected);
});

test("the page that continues this one comes after all links of this one", async () => {
  const find = await compileFindLinks({ follow: ".parts", next: "a.more" });
  const page = { bytes: Buffer.from(PAGE), contentType: "text/html", url: "http://a.example/" };
  const links = find(page).toSorted((one, other) => one.position - other.position);
  expect(links.map(({ title }) => title)).toEqual(["Part", "More"]);
});

test("a selector that is none is refused", async () => {
  await expect(compileFindLinks({ follow: "a[" })).rejects.toThrow(UsageError);
});

test("of a page of a million links, so many are taken", async () => {
  const html = "<a href=x>".repeat(200_000);
  expect((await found({}, html)).length).toBe(50_000);
});
