import { PDFHexString, PDFName, type PDFObject, type PDFRef } from "@cantoo/pdf-lib";

import type { PdfFile } from "../formats/pdf-file.ts";
import { DEST } from "../formats/pdf-names.ts";
import { type PdfOutlineItem, readOutline } from "../formats/pdf-outline.ts";
import type { PdfWriter } from "../formats/pdf-writer.ts";
import type { BookCopier } from "./book-copier.ts";

/** An entry of the book's outline. */
export interface OutlineEntry {
  readonly title: string;
  /** What it does and how it looks, as the book has it: /Dest or /A, /C, /F. */
  readonly entries: readonly (readonly [key: PDFName, value: PDFObject])[];
  readonly open: boolean;
  readonly children: readonly OutlineEntry[];
}

const ACTION = PDFName.of("A");
const LOOKS = [PDFName.of("C"), PDFName.of("F")];

/** The outline of a file as the book has it; entries that lead nowhere stay as headings. */
export function readEntries(file: PdfFile, copier: BookCopier): readonly OutlineEntry[] {
  const entry = ({ title, dict, open, children }: PdfOutlineItem): OutlineEntry => {
    const entries: [PDFName, PDFObject][] = [];
    const destination = copier.destination(dict.get(DEST));
    const action = destination === undefined ? copier.action(dict.get(ACTION)) : undefined;
    if (destination !== undefined) entries.push([DEST, destination]);
    if (action !== undefined) entries.push([ACTION, action]);
    for (const key of LOOKS) {
      const look = file.get(dict.get(key));
      if (look !== undefined) entries.push([key, copier.copy(look)]);
    }
    return { title, entries, open, children: children.map(entry) };
  };
  return readOutline(file).map(entry);
}

/** An entry that leads to the top of a page. */
export function pageEntry(
  writer: PdfWriter,
  to: {
    readonly title: string;
    readonly page: PDFRef;
    readonly children?: readonly OutlineEntry[];
  },
): OutlineEntry {
  // Nulls leave the reader's magnification as it is.
  const destination = writer.context.obj([to.page, "XYZ", null, null, null]);
  return {
    title: to.title,
    entries: [[DEST, destination]],
    open: false,
    children: to.children ?? [],
  };
}

/** Writes an outline (ISO 32000-1, 12.3.3); gives its name, or undefined for one without entries. */
export function writeOutline(
  writer: PdfWriter,
  entries: readonly OutlineEntry[],
): PDFRef | undefined {
  if (entries.length === 0) return undefined;
  const outlines = writer.reserve();
  const list = writeLevel(writer, entries, outlines);
  const dict = { Type: "Outlines", First: list.first, Last: list.last, Count: list.shown };
  writer.put(outlines, writer.context.obj(dict));
  return outlines;
}

interface Level {
  readonly first: PDFRef;
  readonly last: PDFRef;
  /** Entries that are seen while all that is marked open is. */
  readonly shown: number;
}

function writeLevel(writer: PdfWriter, entries: readonly OutlineEntry[], parent: PDFRef): Level {
  const refs = entries.map(() => writer.reserve());
  let shown = entries.length;
  for (const [index, { title, entries: own, open, children }] of entries.entries()) {
    const below = children.length > 0 ? writeLevel(writer, children, refs[index]!) : undefined;
    if (below !== undefined && open) shown += below.shown;
    const dict = writer.context.obj({
      Title: PDFHexString.fromText(title),
      Parent: parent,
      Prev: refs[index - 1],
      Next: refs[index + 1],
      First: below?.first,
      Last: below?.last,
      Count: below === undefined ? undefined : open ? below.shown : -below.shown,
    });
    for (const [key, value] of own) dict.set(key, value);
    writer.put(refs[index]!, dict);
  }
  return { first: refs[0]!, last: refs.at(-1)!, shown };
}
