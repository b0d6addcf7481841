import { type PDFDict, PDFName, PDFNumber } from "@cantoo/pdf-lib";

import type { PdfFile } from "./pdf-file.ts";
import { NUMS } from "./pdf-names.ts";
import { treePairs } from "./pdf-tree.ts";

/** How the pages from an index on are labelled (ISO 32000-1, 12.4.2). */
export interface PdfLabelRange {
  /** Index of the first page, from 0. */
  readonly from: number;
  readonly dict: PDFDict;
}

/** The label ranges of a file with so many pages, in order, the first from page 0; none without labels. */
export function readLabels(file: PdfFile, pages: number): readonly PdfLabelRange[] {
  const ranges = new Map<number, PDFDict>();
  for (const [key, value] of treePairs(file, file.catalog.get(PDFName.of("PageLabels")), NUMS)) {
    const from = key instanceof PDFNumber ? key.asNumber() : -1;
    const dict = file.dict(value);
    if (Number.isInteger(from) && from >= 0 && from < pages && dict !== undefined)
      ranges.set(from, dict);
  }
  const sorted = [...ranges]
    .map(([from, dict]) => ({ from, dict }))
    .toSorted((a, b) => a.from - b.from);
  // Readers disagree on pages before the first range: such labels are as good as none.
  return sorted[0]?.from === 0 ? sorted : [];
}
