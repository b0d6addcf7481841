import { PDFName, PDFNumber, type PDFDict, type PDFObject } from "@cantoo/pdf-lib";

import type { PdfFile } from "./pdf-file.ts";
import { COUNT, FIRST, NEXT } from "./pdf-names.ts";
import { isText } from "./pdf-reader.ts";

/** One entry of an outline, with those below it. */
export interface PdfOutlineItem {
  readonly title: string;
  /** The entry as the file has it: its destination or its action. */
  readonly dict: PDFDict;
  readonly open: boolean;
  readonly children: readonly PdfOutlineItem[];
}

const MOST = 50_000;
/** Entries below this depth come beside those at it: readers show no more, and some fail. */
const DEEPEST = 32;
const LONGEST_TITLE = 1000;

/** Reads the outline of a file (ISO 32000-1, 12.3.3), each entry once, so that cycles end. */
export function readOutline(file: PdfFile): readonly PdfOutlineItem[] {
  const top: PdfOutlineItem[] = [];
  const seen = new Set<PDFObject>();
  const outlines = file.dict(file.catalog.get(PDFName.of("Outlines")));
  const ahead = [{ object: outlines?.get(FIRST), into: top, depth: 1 }];
  while (ahead.length > 0 && seen.size < MOST) {
    const { object, into, depth } = ahead.pop()!;
    const dict = file.dict(object);
    if (dict === undefined || seen.has(dict)) continue;
    seen.add(dict);
    const children: PdfOutlineItem[] = [];
    const count = file.get(dict.get(COUNT));
    const open = count instanceof PDFNumber && count.asNumber() > 0;
    into.push({ title: titleOf(file, dict), dict, open, children });
    const below = depth < DEEPEST ? children : into;
    ahead.push({ object: dict.get(NEXT), into, depth });
    ahead.push({ object: dict.get(FIRST), into: below, depth: Math.min(depth + 1, DEEPEST) });
  }
  return top;
}

function titleOf(file: PdfFile, dict: PDFDict): string {
  const title = file.get(dict.get(PDFName.of("Title")));
  return isText(title) ? tidyTitle(title.decodeText()) : "";
}

/** A title in one line: no control characters, single spaces, at most 1000 characters. */
export function tidyTitle(text: string): string {
  const line = text.slice(0, 4 * LONGEST_TITLE).replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ");
  return line.trim().slice(0, LONGEST_TITLE).toWellFormed();
}
