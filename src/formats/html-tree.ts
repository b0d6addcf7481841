import type { Document as HtmlTree } from "domhandler";
import { parse } from "parse5";

import { HtmlTags } from "./html-tags.ts";
import { decodeHtml, encodingOf } from "./html-text.ts";
import { SelectError } from "./select-error.ts";
import { createShallowAdapter } from "./shallow-adapter.ts";

/**
 * The tree of an HTML page, as a browser without scripts builds it, decoded as `encodingOf` tells.
 * Malformed pages have trees too, and none is deeper than 512 elements.
 * @throws SelectError for a page that is made to keep its reader busy
 */
export function parseHtml(bytes: Uint8Array, contentType: string | undefined): HtmlTree {
  const html = decodeHtml(bytes, contentType);
  refuseManyAttributes(html);
  const tree = parse(html, { treeAdapter: createShallowAdapter(html.length) });
  encodings.set(tree, () => encodingOf(bytes, contentType));
  return tree;
}

/** Attributes of one tag: parsing them takes the square of their number. */
const MOST_ATTRIBUTES = 10_000;
/** Shorter pages are parsed soon, whatever is in them. */
const SHORT_LENGTH = 100_000;

function refuseManyAttributes(html: string): void {
  if (html.length < SHORT_LENGTH) return;
  const tags = new HtmlTags(html);
  while (tags.next()) if (tags.mostAttributes > MOST_ATTRIBUTES) break;
  if (tags.mostAttributes <= MOST_ATTRIBUTES) return;
  throw new SelectError("the page has a tag of more than ten thousand attributes");
}

/** How to tell the encodings of trees: few are asked. */
const encodings = new WeakMap<HtmlTree, () => string>();

/** The name of the encoding of the page that `parseHtml` made this tree of, as `encodingOf`. */
export function encodingOfTree(tree: HtmlTree): string {
  return encodings.get(tree)?.() ?? "utf-8";
}
