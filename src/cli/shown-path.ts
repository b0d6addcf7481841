import { relative } from "node:path";

import { visible } from "../formats/visible.ts";

/** A path as a person would type it here, safe to show. */
export function shownPath(path: string): string {
  const near = relative(process.cwd(), path);
  return visible(near === "" || near.startsWith("..") ? path : near);
}
