import type { Row } from "../core/row.ts";
import { watchParameters } from "../formats/session-parameters.ts";
import { visible } from "../formats/visible.ts";
import { foundOf } from "../sources/frontier-line.ts";

/** Takes the rows of a crawl and says so, once, where a server gives each visit pages of its own. */
export function noteVisits(say: (line: string) => void): (rows: readonly Row[]) => void {
  const watch = watchParameters();
  return (rows) => {
    for (const row of rows) {
      const name = watch(foundOf(row).url);
      if (name === undefined) continue;
      const shown = visible(name);
      say(
        `many URLs differ in "${shown}" alone, and may have no end: --drop ${shown} makes them one`,
      );
    }
  };
}
