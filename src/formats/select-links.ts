import { type AnyNode, type Element, isTag, isText } from "domhandler";

import { type BoundedCss, compileBoundedCss, selectorFault } from "./bounded-css.ts";
import type { Document } from "./document.ts";
import { encodingOfTree, parseHtml } from "./html-tree.ts";
import { LinkText } from "./link-text.ts";
import { PageAddress } from "./page-address.ts";
import { type LinkingElement, type PageLink, referenceOf } from "./page-link.ts";

/**
 * Finds the links of a page that a selector means; `url` is the one that answered.
 * @throws SelectError for a page that is made to keep its reader busy
 */
export type SelectLinks = (document: Document, url: string) => PageLink[];

/** Elements whose content no reader of the page sees. */
const UNSEEN = new Set(["script", "style", "template", "noscript"]);

/**
 * Compiles a CSS selector for links, in the order of the page: an element that links is one itself; any
 * other stands for the links within it (`nav`, `ul.chapters`). Each is given once, however often it is
 * meant. The page's whole tree is built: where all links are wanted, `scanLinks` is ten times faster.
 * @throws UsageError for a selector that is none.
 */
export function compileLinkSelector(text: string): SelectLinks {
  let css: BoundedCss;
  try {
    if (text.trim() === "") throw new Error("it is empty");
    css = compileBoundedCss(text);
  } catch (error) {
    throw selectorFault(text, error);
  }
  return (document, url) => {
    const tree = document.html(parseHtml);
    const base = new PageAddress(url, {
      baseHref: BASE.first(tree)?.attribs["href"],
      encoding: () => encodingOfTree(tree),
    });
    const links: PageLink[] = [];
    const seen = new Set<Element>();
    const take = (element: Element): "link" | "other" => {
      const reference = referenceOf(new TreeElement(element));
      const target = reference && base.target(reference.href);
      if (target !== undefined && !seen.has(element)) {
        const { from, rel } = reference!;
        links.push({ url: target, from, rel, text: from === "a" ? textOf(element) : "" });
      }
      seen.add(element);
      return reference === undefined ? "other" : "link";
    };
    for (const element of css.all(tree)) {
      // What lies within an element that was walked already has been found with it.
      if (seen.has(element) || take(element) === "link") continue;
      walk(element, (node, edge) => {
        if (edge === "enter" && isTag(node)) take(node);
        return "go in";
      });
    }
    return links;
  };
}

const BASE = compileBoundedCss("base[href]");

class TreeElement implements LinkingElement {
  readonly name: string;
  readonly #attributes: Readonly<Record<string, string>>;

  constructor(element: Element) {
    this.name = element.name;
    this.#attributes = element.attribs;
  }

  attribute(name: string): string | undefined {
    return Object.hasOwn(this.#attributes, name) ? this.#attributes[name] : undefined;
  }
}

function textOf(element: Element): string {
  const text = new LinkText();
  walk(element, (node, edge) => {
    if (isText(node)) text.add(node.data, "decoded");
    else if (isTag(node)) {
      text.pass(node.name);
      return edge === "enter" && UNSEEN.has(node.name) ? "pass over" : "go in";
    }
    return "go in";
  });
  return text.toString();
}

/** Visits what is below an element, in order. Beware: pages nest deeper than a recursion may. */
function walk(
  top: Element,
  visit: (node: AnyNode, edge: "enter" | "leave") => "go in" | "pass over",
): void {
  let node: AnyNode | null = top.firstChild;
  while (node !== null) {
    const inner: AnyNode | null =
      visit(node, "enter") === "go in" && isTag(node) ? node.firstChild : null;
    if (inner !== null) {
      node = inner;
      continue;
    }
    while (node !== null && node.next === null) {
      node = node.parent === top ? null : node.parent;
      if (node !== null) visit(node, "leave");
    }
    node = node?.next ?? null;
  }
}
