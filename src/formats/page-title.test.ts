import { expect, test } from "vitest";

import { compileCss } from "./css-query.ts";
import { createDocument } from "./document.ts";
import { pageTitle } from "./page-title.ts";

const PAGES: readonly string[] = [
  "<!doctype html>\n<title>The Web Book</title>\n<h1>Another</h1>",
  "<html><head><meta charset=utf-8><TITLE lang=en>\n  A   page\tof\n  two lines </TITLE><body>",
  "<title>Salt &amp; pepper &lt;b&gt; &eacute;t&#233;</title>",
  "<title>Not <b>bold</b> <!-- nor a comment --> </titles></title >",
  "<title></title><title>The second counts for nothing</title>",
  "<!-- <title>no</title> --><script>'<title>no</title>'</script><title>yes</title>",
  "<p>No title at all",
  "",
];

test.each(PAGES)("the title is what a browser shows: %j", (page) => {
  const bytes = Buffer.from(page);
  const type = "text/html; charset=utf-8";
  expect(pageTitle(bytes, type)).toBe(compileCss("title")(createDocument(bytes, type)) ?? "");
});

test("the title of a picture in the page is not the page's", () => {
  const page = Buffer.from("<svg><title>A circle</title></svg><title>Shapes</title>");
  expect(pageTitle(page, undefined)).toBe("Shapes");
});

test("a title is decoded as the page says, and cut where it is very long", () => {
  const latin = Buffer.from("<title>Caf\u00e9</title>", "latin1");
  expect(pageTitle(latin, "text/html; charset=iso-8859-1")).toBe("Caf\u00e9");
  expect(pageTitle(Buffer.from(`<title>${"x".repeat(9_000)}`), undefined)).toHaveLength(500);
});
