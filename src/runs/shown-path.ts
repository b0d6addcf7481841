import { relative } from "node:path";

import { visible } from "../formats/visible.ts";

/** Where the command was typed: going on with a run leads to the folder where that was begun. */
const HERE = process.cwd();

/** A path as a person would type it, safe to show. */
export function shownPath(path: string): string {
  const near = relative(HERE, path);
  return visible(near === "" || near.startsWith("..") ? path : near);
}
