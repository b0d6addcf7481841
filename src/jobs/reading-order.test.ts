import { expect, test } from "vitest";

import { bookNameOrder } from "../sinks/book-name-order.ts";
import { type FoundEdge, type FoundRow, readingOrder } from "./reading-order.ts";

const BY_NAME = { compare: bookNameOrder };

/** A site in short: each page and its links in order; what ends in `.pdf` is a file. */
function orderOf(
  site: Readonly<Record<string, readonly string[]>>,
  starts = ["home"],
  places: "files" | "everything" = "files",
): string[] {
  const names = [...new Set([...starts, ...Object.values(site).flat().map(bare)])];
  const rows = new Map<number, FoundRow>();
  for (const [index, url] of names.entries()) {
    rows.set(index + 1, { row: index + 1, kind: kindOf(url), url });
  }
  const rowOf = (url: string): number => names.indexOf(bare(url)) + 1;
  const edge = (from: number, url: string, position: number): FoundEdge => {
    return { from, to: rowOf(url), title: `see ${bare(url)}`, kind: kindOf(bare(url)), position };
  };
  const edges = starts.map((url, index) => ({ ...edge(0, url, index + 1), title: "" }));
  for (const [page, links] of Object.entries(site)) {
    for (const [index, url] of links.entries()) {
      edges.push(edge(rowOf(page), url, url.endsWith(" next") ? 1_000 : index + 1));
    }
  }
  // The order in which things were found is chance.
  const placed = readingOrder(rows, edges.toReversed(), { ...BY_NAME, places });
  return placed.map(({ row }) => names[row - 1]!);
}

const bare = (url: string): string => url.replace(" next", "");
const kindOf = (url: string) => (url.endsWith(".pdf") ? "file" : "page");

test.each([
  ["the links of one page", { home: ["2.pdf", "1.pdf"] }, ["2.pdf", "1.pdf"]],
  [
    "parts between chapters come where their links stand",
    { home: ["1.pdf", "part", "4.pdf"], part: ["2.pdf", "3.pdf"] },
    ["1.pdf", "2.pdf", "3.pdf", "4.pdf"],
  ],
  [
    "what is said to be new stands in the contents",
    { home: ["3.pdf", "contents"], contents: ["1.pdf", "2.pdf", "3.pdf"] },
    ["1.pdf", "2.pdf", "3.pdf"],
  ],
  [
    "the page that continues another comes after it",
    { home: ["two next", "1.pdf"], two: ["home", "2.pdf"] },
    ["1.pdf", "2.pdf"],
  ],
  [
    "pages that all link to each other are in the order of the first",
    { home: ["a", "b"], a: ["b", "a", "home", "a.pdf"], b: ["a", "b", "b.pdf"] },
    ["a.pdf", "b.pdf"],
  ],
  ["a circle ends", { home: ["home", "x"], x: ["home", "1.pdf"] }, ["1.pdf"]],
])("%s", (_, site, expected) => {
  expect(orderOf(site as Readonly<Record<string, readonly string[]>>)).toEqual(expected);
});

test("pages are placed too where they are asked for, each before what stands below it", () => {
  const site = { home: ["1.pdf", "part", "end next"], part: ["2.pdf"], end: ["home"] };
  expect(orderOf(site, ["home"], "everything")).toEqual([
    ...["home", "1.pdf", "part", "2.pdf", "end"],
  ]);
});

test("files without a page come last, in natural order", () => {
  const rows = new Map<number, FoundRow>();
  for (const [row, url] of [
    [1, "http://a/10.pdf"],
    [2, "http://a/9.pdf"],
  ] as const) {
    rows.set(row, { row, kind: "file", url });
  }
  const places = readingOrder(rows, [], BY_NAME);
  expect(places.map(({ row }) => row)).toEqual([2, 1]);
});

test("the title is the first text that a link from its own page has", () => {
  const rows = new Map<number, FoundRow>([
    [1, { row: 1, kind: "page", url: "http://a/" }],
    [2, { row: 2, kind: "file", url: "http://a/1.pdf" }],
  ]);
  const base = { to: 2, kind: "file" } as const;
  const edges: readonly FoundEdge[] = [
    { from: 0, to: 1, kind: "page", title: "", position: 1 },
    { ...base, from: 1, title: "", position: 1 },
    { ...base, from: 1, title: "Chapter 1", position: 2 },
    { ...base, from: 1, title: "again", position: 3 },
  ];
  expect(readingOrder(rows, edges, BY_NAME)).toEqual([{ row: 2, title: "Chapter 1" }]);
});

test("a chain of 100,000 pages is walked", () => {
  const rows = new Map<number, FoundRow>();
  const edges: FoundEdge[] = [];
  for (let row = 1; row <= 100_000; row += 1) {
    rows.set(row, { row, kind: row === 100_000 ? "file" : "page", url: `http://a/${row}` });
    edges.push({ from: row - 1, to: row, title: "", position: 1, kind: "page" });
  }
  expect(readingOrder(rows, edges, BY_NAME)).toEqual([{ row: 100_000, title: "" }]);
});
