import type { PageAddress } from "./page-address.ts";
import type { SitemapEntry, SitemapParser } from "./sitemap-parser.ts";

/** Longest line of a text sitemap: no URL is longer. */
const LONGEST_LINE = 8_192;

/** Reads a text sitemap: one URL a line; lines that are none are passed over, however long. */
export function createTextSitemapParser(
  base: PageAddress,
  found: (entry: SitemapEntry) => void,
): SitemapParser {
  let line = "";
  let isTooLong = false;
  const endLine = (): void => {
    const text = line.trim();
    const url = !isTooLong && /^https?:/i.test(text) ? base.target(text) : undefined;
    if (url !== undefined) found({ kind: "page", url, changed: undefined });
    line = "";
    isTooLong = false;
  };
  return {
    write(text) {
      let start = 0;
      for (const { index } of text.matchAll(/[\r\n]/g)) {
        line += text.slice(start, index);
        endLine();
        start = index + 1;
      }
      line += text.slice(start);
      if (line.length > LONGEST_LINE) {
        isTooLong = true;
        line = "";
      }
    },
    end: endLine,
  };
}
