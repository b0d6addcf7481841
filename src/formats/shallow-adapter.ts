import type { ParentNode } from "domhandler";
import { SelectError } from "./select-error.ts";
import { adapter } from "parse5-htmlparser2-tree-adapter";

/** As deep as Chromium lets the elements of a page nest. */
const DEEPEST = 512;
/** Elements and texts of a page; the longest honest ones have half of it. */
const MOST_NODES = 2_000_000;
/** Elements beyond those that a page may have by tags of its own, the shortest of which has three characters. */
const MOST_REOPENED = 100_000;

/**
 * Makes a tree adapter for one page that nests no deeper than browsers let it: what is nested deeper stands
 * beside the element that it would stand in. Selectors climb from every element, and a page may nest a
 * hundred thousand deep. Formatting that is never closed is opened again in each block, so that few bytes
 * may ask for a great many elements. @throws SelectError, while it is used, for more than two million nodes,
 * and for a hundred thousand elements more than a page of so many characters has tags
 */
export function createShallowAdapter(characters: number): typeof adapter {
  const mostElements = characters / 3 + MOST_REOPENED;
  const depths = new WeakMap<object, number>();
  let nodes = 0;
  let elements = 0;
  const count = (): void => {
    if (++nodes > MOST_NODES) throw new SelectError("the page has more than two million nodes");
  };
  return {
    ...adapter,
    createElement(...parts) {
      count();
      if (++elements > mostElements) {
        throw new SelectError("the page opens formatting again more than a hundred thousand times");
      }
      return adapter.createElement(...parts);
    },
    insertText(...parts) {
      count();
      adapter.insertText(...parts);
    },
    insertTextBefore(...parts) {
      count();
      adapter.insertTextBefore(...parts);
    },
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
