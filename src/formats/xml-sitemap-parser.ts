import { SaxesParser } from "saxes";

import type { PageAddress } from "./page-address.ts";
import { type SitemapEntry, SitemapError, type SitemapParser } from "./sitemap-parser.ts";

/** More than any sitemap has; each open element and each attribute takes memory. */
const DEEPEST = 16;
const MOST_ATTRIBUTES = 64;
const LONGEST_DATE = 64;
/** Characters of one tag, text or comment, roughly: the parser holds each whole, and takes its time for it. */
const LONGEST_TOKEN = 256 * 1024;

/**
 * Reads the XML of a sitemap or a sitemap index (sitemaps.org protocol 0.9), its namespace by any prefix;
 * elements of other namespaces (images, videos, translations) are passed over. Document types are refused,
 * and with them all entities but XML's own.
 */
export function createXmlSitemapParser(
  base: PageAddress,
  found: (entry: SitemapEntry) => void,
): SitemapParser {
  const parser = new SaxesParser();
  let kind: SitemapEntry["kind"] = "page";
  let prefix = "";
  let depth = 0;
  let attributes = 0;
  /** The element of an entry that is open, by its name without prefix. */
  let field: "loc" | "lastmod" | undefined;
  let entry: { loc: string; lastmod: string } | undefined;
  let length = 0;
  /** Characters since something ended. */
  let waiting = 0;
  const progress = (): void => {
    waiting = 0;
  };

  parser.on("comment", progress);
  parser.on("processinginstruction", progress);
  parser.on("doctype", () => {
    throw new SitemapError("it has a document type, which no sitemap needs");
  });
  parser.on("attribute", () => {
    progress();
    attributes += 1;
    if (attributes > MOST_ATTRIBUTES) throw new SitemapError("an element has too many attributes");
  });
  parser.on("opentagstart", ({ name }) => {
    progress();
    attributes = 0;
    depth += 1;
    if (depth > DEEPEST) throw new SitemapError("its elements are nested too deep");
    if (depth === 1) {
      prefix = name.slice(0, name.indexOf(":") + 1);
      kind = kindOfRoot(name.slice(prefix.length));
    } else if (depth === 2) {
      const isEntry = name === prefix + (kind === "page" ? "url" : "sitemap");
      entry = isEntry ? { loc: "", lastmod: "" } : undefined;
    } else if (depth === 3 && entry !== undefined) {
      if (name === `${prefix}loc`) field = "loc";
      else if (name === `${prefix}lastmod`) field = "lastmod";
    }
  });
  const addText = (text: string): void => {
    progress();
    if (field !== undefined && depth === 3) entry![field] += text;
  };
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("closetag", () => {
    progress();
    if (depth === 3) field = undefined;
    if (depth === 2 && entry !== undefined) {
      const url = base.target(entry.loc);
      const changed = entry.lastmod.trim();
      const isDate = changed !== "" && changed.length <= LONGEST_DATE;
      if (url !== undefined) found({ kind, url, changed: isDate ? changed : undefined });
      entry = undefined;
    }
    depth -= 1;
  });

  return {
    write(text) {
      length += text.length;
      waiting += text.length;
      asSitemapError(() => parser.write(text));
      if (waiting > LONGEST_TOKEN) throw new SitemapError("a part of it is too long");
    },
    end() {
      if (length > 0) asSitemapError(() => parser.close());
    },
  };
}

function kindOfRoot(name: string): SitemapEntry["kind"] {
  if (name === "urlset") return "page";
  if (name === "sitemapindex") return "sitemap";
  throw new SitemapError(`it is no sitemap: its root is <${name.slice(0, 100)}>`);
}

/** The parser throws plain errors, line and column before their words. */
function asSitemapError(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (error instanceof SitemapError) throw error;
    throw new SitemapError(`it is no XML: ${(error as Error).message}`, { cause: error });
  }
}
