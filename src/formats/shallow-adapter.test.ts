import { type AnyNode, isTag } from "domhandler";
import { parse } from "parse5";
import { adapter } from "parse5-htmlparser2-tree-adapter";
import { expect, test } from "vitest";

import { SelectError } from "./select-error.ts";
import { createShallowAdapter } from "./shallow-adapter.ts";

/** Elements of a page, and how deep the deepest one is. */
function measure(html: string): { elements: number; depth: number } {
  const waiting: [node: AnyNode, depth: number][] = [
    [parse(html, { treeAdapter: createShallowAdapter(html.length) }), 0],
  ];
  let elements = 0;
  let deepest = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [node, depth] = next;
    deepest = Math.max(deepest, depth);
    if (isTag(node)) elements += 1;
    if ("children" in node) for (const child of node.children) waiting.push([child, depth + 1]);
  }
  return { elements, depth: deepest };
}

test.each([
  ["elements", "<div>", 20_000],
  ["formatting", "<b>x<p>", 2_000],
  ["tables, whose content stands before them", "<table><div>", 4_000],
  ["what a table throws out", `${"<div>".repeat(500)}<table><p>${"<div>".repeat(2_000)}`, 1],
  ["links that close each other", "<a href=x><div>", 2_000],
])("%s nest no deeper than in a browser, and none is lost", (_case, html, times) => {
  const { elements, depth } = measure(html.repeat(times));
  expect(elements).toBeGreaterThan(times);
  expect(depth).toBeLessThan(600);
});

test("a page that nests less is as it was", () => {
  const html = `<table><tr><td>${"<div>".repeat(400)}<p>x</table><table><b>y<p>z</table>`;
  const text = (node: AnyNode): string =>
    "children" in node
      ? `${"name" in node ? node.name : ""}(${node.children.map(text).join(",")})`
      : ((node as { data?: string }).data ?? "");
  expect(text(parse(html, { treeAdapter: createShallowAdapter(html.length) }))).toBe(
    text(parse(html, { treeAdapter: adapter })),
  );
});

test("formatting that is opened again in every block ends a page of few characters soon", () => {
  const fonts = Array.from({ length: 3_000 }, (_, color) => `<font color=${color}>`);
  expect(() => measure(fonts.join("<p>"))).toThrow("again more than a hundred thousand times");
});

test.each([
  ["tags", "<p>", 120_000],
  ["words", "x ", 200_000],
])("a long page of the shortest %s is whole", (_case, html, times) => {
  expect(() => measure(html.repeat(times))).not.toThrow();
});

test("no page has more than two million nodes", () => {
  const shallow = createShallowAdapter(1e9);
  const page = shallow.createDocument();
  for (let count = 0; count < 2_000_000; count += 1) shallow.insertText(page, "");
  expect(() => shallow.insertText(page, "x")).toThrow(SelectError);
});
