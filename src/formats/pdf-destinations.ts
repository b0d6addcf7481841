import { type PDFArray, PDFDict, PDFName, type PDFObject } from "@cantoo/pdf-lib";

import type { PdfFile } from "./pdf-file.ts";
import { D, DESTS, NAMES } from "./pdf-names.ts";
import { isText, keyOf } from "./pdf-reader.ts";
import { treePairs } from "./pdf-tree.ts";

/** Tells where a destination leads: an array of a page and a view, or undefined. */
export type FindDestination = (destination: PDFObject | undefined) => PDFArray | undefined;

/** Makes named destinations explicit (ISO 32000-1, 12.3.2), both old names and strings. */
export function readDestinations(file: PdfFile): FindDestination {
  let named: Map<string, PDFObject> | undefined;
  return (destination) => {
    const found = file.get(destination);
    if (!(found instanceof PDFName) && !isText(found)) return explicit(file, found);
    named ??= readNames(file);
    return explicit(file, file.get(named.get(keyOf(found))));
  };
}

function explicit(file: PdfFile, found: PDFObject | undefined): PDFArray | undefined {
  return found instanceof PDFDict ? file.array(found.get(D)) : file.array(found);
}

function readNames(file: PdfFile): Map<string, PDFObject> {
  const named = new Map<string, PDFObject>();
  for (const [name, value] of file.dict(file.catalog.get(DESTS))?.entries() ?? []) {
    named.set(keyOf(name), value);
  }
  const tree = file.dict(file.catalog.get(NAMES))?.get(DESTS);
  for (const [name, value] of treePairs(file, tree, NAMES)) {
    if (isText(name)) named.set(keyOf(name), value);
  }
  return named;
}
