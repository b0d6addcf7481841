import type { ParentNode } from "domhandler";
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
  return {
    ...adapter,
    appendChild(parent, child) {
      let place: ParentNode = parent;
      let depth = depths.get(place) ?? 0;
      for (; depth >= DEEPEST && place.parent !== null; depth -= 1) place = place.parent;
      depths.set(child, depth + 1);
      adapter.appendChild(place, child);
    },
    // What a table throws out: one level beyond is no harm, as long as what follows counts from it.
    insertBefore(parent, child, reference) {
      depths.set(child, (depths.get(parent) ?? 0) + 1);
      adapter.insertBefore(parent, child, reference);
    },
  };
}
