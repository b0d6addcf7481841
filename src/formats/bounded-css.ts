import { compile, type Options, selectAll, selectOne } from "css-select";
import { type AnyNode, type Document as HtmlTree, type Element, isTag } from "domhandler";
import {
  getAttributeValue,
  getChildren,
  getName,
  getParent,
  getSiblings,
  getText,
  hasAttrib,
  prevElementSibling,
  removeSubsets,
} from "domutils";

import { UsageError } from "../core/usage-error.ts";
import { SelectError } from "./select-error.ts";

/** A CSS selector that is compiled. */
export interface BoundedCss {
  /** The first element of the page that matches. @throws SelectError for a page that takes too long */
  first(tree: HtmlTree): Element | null;
  /** All of them, in the order of the page. @throws SelectError for a page that takes too long */
  all(tree: HtmlTree): Element[];
}

/**
 * Looks at an element, its parent or its siblings, in all: some seconds of work. Large honest pages take
 * a few million.
 */
const MOST_STEPS = 100_000_000;
/** Characters that are read in the time of one look. */
const TEXT_OF_A_STEP = 16;

/** A text that is no selector, as its own words and the parser's tell it. */
export function selectorFault(text: string, error: unknown): UsageError {
  // The parser names what it found, and at the end that is nothing.
  const why = (error as Error).message.replace(/, found $/, ", found its end");
  return new UsageError(`${text} is not a CSS selector: ${why}`, { cause: error });
}

/**
 * Compiles a selector that gives up on pages made to keep it busy. How long a selector takes is the square
 * of the page's size at worst (`section div p` on deep pages, `b ~ p` on flat ones), and pages are hostile;
 * what is counted is not time, so that the same page fails or not on every machine.
 * @throws Error for a selector that is none
 */
export function compileBoundedCss(selector: string): BoundedCss {
  let steps = 0;
  const step = <Args extends unknown[], Result>(look: (...args: Args) => Result) => {
    return (...args: Args): Result => {
      if (++steps > MOST_STEPS) throw new SelectError(`${selector} takes too long on this page`);
      return look(...args);
    };
  };
  const listed = (nodes: AnyNode[]): AnyNode[] => {
    steps += nodes.length;
    return nodes;
  };
  const options: Options<AnyNode, Element> = {
    adapter: {
      isTag: step(isTag) as typeof isTag,
      getAttributeValue: step(getAttributeValue),
      getChildren: step((node: AnyNode) => listed(getChildren(node))),
      getName: step(getName),
      getParent: step(getParent),
      getSiblings: step((node: AnyNode) => listed(getSiblings(node))),
      getText: step((node: AnyNode) => {
        const text = getText(node);
        steps += text.length / TEXT_OF_A_STEP;
        return text;
      }),
      hasAttrib: step(hasAttrib),
      prevElementSibling: step(prevElementSibling),
      removeSubsets,
    },
  };
  const matches = compile<AnyNode, Element>(selector, options);
  return {
    first(tree) {
      steps = 0;
      return selectOne<AnyNode, Element>(matches, tree, options);
    },
    all(tree) {
      steps = 0;
      return selectAll<AnyNode, Element>(matches, tree, options);
    },
  };
}
