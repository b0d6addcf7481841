import { expect, test } from "vitest";

import { createRequest } from "../core/request.ts";
import { nameByUrl } from "./crawl-names.ts";

const ROW = { number: 1, line: 1, columns: [], values: [] };

function nameOf(url: string, host: "with host" | "without host" = "without host"): string {
  return nameByUrl(host)
    .pathOf({ row: ROW, request: createRequest({ url }) })
    .join("|");
}

test.each([
  ["http://a.example/", "index.html"],
  ["http://a.example/docs/", "docs|index.html"],
  ["http://a.example/docs", "docs.html"],
  ["http://a.example/docs/ch%201.pdf", "docs|ch 1.pdf"],
  ["http://a.example/v1.2/page", "v1.2|page.html"],
  ["http://a.example/v1.2", "v1.2.html"],
  ["http://a.example/x.pdf/more", "x.pdf_|more.html"],
  ["http://a.example/list?page=2", "list@page=2.html"],
  ["http://a.example/a%2Fb", "a/b.html"],
  ["http://a.example/%E0%A4%A", "%E0%A4%A.html"],
])("%s is saved as %s", (url, name) => {
  expect(nameOf(url)).toBe(name);
});

test("no folder has the name that a file has", () => {
  const paths = ["x", "x/", "x/y", "x.pdf", "x.pdf/", "x.pdf/y", "x.html", "x.html/y"];
  const names = paths.map((path) => nameOf(`http://a.example/${path}`));
  const folders = new Set(names.flatMap((name) => name.split("|").slice(0, -1)));
  expect(names.map((name) => name.split("|").at(-1)!).filter((file) => folders.has(file))).toEqual(
    [],
  );
});

test("with several hosts, each has a folder", () => {
  expect(nameOf("http://a.example/x.pdf", "with host")).toBe("a.example|x.pdf");
});
