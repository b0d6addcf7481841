import type { ChildNode, ParentNode } from "domhandler";
import { adapter } from "parse5-htmlparser2-tree-adapter";

/** As deep as Chromium lets the elements of a page nest. */
const DEEPEST = 512;

/**
 * Makes a tree adapter for one page that nests no deeper than browsers let it: what is nested deeper stands
 * beside the element that it would stand in. Selectors climb from every element, and a page may nest a
 * hundred thousand deep.
 */
export function createShallowAdapter(): typeof adapter {
  const depths = new WeakMap<object, number>();

  /** Where a node that is to stand in `parent` may stand, and before which of its children. */
  function placeIn(parent: ParentNode, child: object, reference?: ChildNode) {
    let place = parent;
    let before = reference;
    let depth = depths.get(place) ?? 0;
    for (; depth >= DEEPEST && place.parent !== null; depth -= 1) {
      if (before !== undefined) before = place as ChildNode;
      place = place.parent;
    }
    depths.set(child, depth + 1);
    return { place, before };
  }

  return {
    ...adapter,
    appendChild(parent, child) {
      adapter.appendChild(placeIn(parent, child).place, child);
    },
    insertBefore(parent, child, reference) {
      const { place, before } = placeIn(parent, child, reference);
      adapter.insertBefore(place, child, before!);
    },
  };
}
