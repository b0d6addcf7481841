import { isTag, isText, type AnyNode, type Element, type ParentNode } from "domhandler";

import { type BoundedCss, compileBoundedCss, selectorFault } from "./bounded-css.ts";
import type { Document } from "./document.ts";
import { parseHtml } from "./html-tree.ts";

const SUFFIX = /::(?:text|attr\(\s*([^\s()]+)\s*\))\s*$/;

/** Elements whose text no reader of the page sees. */
const UNSEEN = new Set(["script", "style", "template", "noscript"]);

/**
 * A CSS query on an HTML page: of the first element in the page that matches, its text (`SELECTOR` or
 * `SELECTOR::text`), trimmed and with white space folded, or an attribute as it is (`SELECTOR::attr(N)`);
 * null where nothing matches. The text of scripts and styles counts only where they are what matches.
 * What it returns throws a SelectError for a page that is made to keep its reader busy.
 * @throws UsageError for a selector that is none.
 */
export function compileCss(text: string): (document: Document) => string | null {
  const suffix = SUFFIX.exec(text);
  const selector = text.slice(0, suffix?.index ?? text.length).trim();
  const attribute = suffix?.[1]?.toLowerCase();
  let css: BoundedCss;
  try {
    if (selector === "") throw new Error("it is empty");
    css = compileBoundedCss(selector);
  } catch (error) {
    throw selectorFault(`css:${text}`, error);
  }
  return (document) => {
    const element = css.first(document.html(parseHtml));
    if (element === null) return null;
    if (attribute === undefined) return textOf(element);
    return Object.hasOwn(element.attribs, attribute) ? element.attribs[attribute]! : null;
  };
}

/** The text below an element. Beware: pages nest deeper than a recursion may. */
function textOf(element: Element): string {
  const pieces: string[] = [];
  let node: AnyNode | null = element.firstChild;
  while (node !== null) {
    if (isText(node)) pieces.push(node.data);
    const inner: AnyNode | null =
      isTag(node) && !UNSEEN.has(node.name) ? (node as ParentNode).firstChild : null;
    if (inner !== null) {
      node = inner;
      continue;
    }
    while (node !== null && node.next === null) {
      node = node.parent === element ? null : node.parent;
    }
    node = node?.next ?? null;
  }
  return pieces.join("").replace(/\s+/g, " ").trim();
}
