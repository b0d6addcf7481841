import { PDFDict, PDFName, PDFNumber, type PDFObject, PDFRef } from "@cantoo/pdf-lib";

import type { PdfFile } from "./pdf-file.ts";
import { COUNT, KIDS, PAGES, TYPE } from "./pdf-names.ts";

const PAGE = PDFName.of("Page");
/** What a page has from the nodes above it (ISO 32000-1, table 30). */
const INHERITED = ["Resources", "MediaBox", "CropBox", "Rotate"].map((name) => PDFName.of(name));

/** A page of a file. */
export interface PdfPage {
  /** Its object number; undefined for one that stands in the list of pages itself. */
  readonly number: number | undefined;
  readonly dict: PDFDict;
  /** What it does not say itself and has from above. */
  readonly inherited: ReadonlyMap<PDFName, PDFObject>;
}

/** The pages of a file in order, as far as they can be read, and how many the file says it has. */
export interface PdfPages {
  readonly pages: readonly PdfPage[];
  readonly declared: number | undefined;
  /** Object numbers of the nodes of the tree that are no pages. */
  readonly nodes: ReadonlySet<number>;
}

interface Visit {
  readonly object: PDFObject | undefined;
  readonly inherited: ReadonlyMap<PDFName, PDFObject>;
}

/**
 * Walks the page tree, each object once, so that loops end. Where it gives fewer pages than it says,
 * the file is searched; where it gives none, all pages are taken in the order of their numbers.
 */
export function listPages(file: PdfFile): PdfPages {
  const first = walk(file);
  if (first.pages.length >= (first.declared ?? 1) || file.scanned) return orLoose(file, first);
  file.scan();
  const second = walk(file);
  return orLoose(file, second);
}

function walk(file: PdfFile): PdfPages {
  const root = file.catalog.get(PAGES);
  const pages: PdfPage[] = [];
  const nodes = new Set<number>();
  const seen = new Set<PDFObject>();
  const ahead: Visit[] = [{ object: root, inherited: new Map() }];
  while (ahead.length > 0) {
    const { object, inherited } = ahead.pop()!;
    const dict = file.dict(object);
    if (dict === undefined || seen.has(dict)) continue;
    seen.add(dict);
    const number = object instanceof PDFRef ? object.objectNumber : undefined;
    const kids = file.array(dict.get(KIDS));
    if (kids === undefined || file.get(dict.get(TYPE)) === PAGE) {
      if (file.get(dict.get(TYPE)) !== PAGES) pages.push({ number, dict, inherited });
      continue;
    }
    if (number !== undefined) nodes.add(number);
    const below = new Map(inherited);
    for (const name of INHERITED) {
      const value = dict.get(name);
      if (value !== undefined) below.set(name, value);
    }
    for (const kid of kids.asArray().toReversed()) ahead.push({ object: kid, inherited: below });
  }
  const count = file.get(file.dict(root)?.get(COUNT));
  return { pages, nodes, declared: count instanceof PDFNumber ? count.asNumber() : undefined };
}

function orLoose(file: PdfFile, found: PdfPages): PdfPages {
  if (found.pages.length > 0) return found;
  const pages: PdfPage[] = [];
  for (const number of file.numbers().toSorted((a, b) => a - b)) {
    const dict = file.byNumber(number);
    if (!(dict instanceof PDFDict) || file.get(dict.get(TYPE)) !== PAGE) continue;
    pages.push({ number, dict, inherited: new Map() });
  }
  return { ...found, pages };
}
