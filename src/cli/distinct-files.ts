import { resolve } from "node:path";

import { UsageError } from "../core/usage-error.ts";
import { visible } from "../formats/visible.ts";

/** What a file is to be, as a sentence names it, and its path; `-` and undefined are none. */
export type NamedFile = readonly [what: string, path: string | undefined];

/** @throws UsageError for a file that is to be two things, of which one would destroy the other */
export function checkDistinctFiles(files: Iterable<NamedFile>): void {
  const known = new Map<string, string>();
  for (const [what, path] of files) {
    if (path === undefined || path === "-") continue;
    const whole = resolve(path);
    const other = known.get(whole);
    if (other !== undefined) {
      throw new UsageError(`${visible(path)} is ${other} and cannot be ${what} too`);
    }
    known.set(whole, what);
  }
}
