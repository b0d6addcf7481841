import { type PDFDict, PDFName, PDFRef } from "@cantoo/pdf-lib";

import type { PdfFile } from "../formats/pdf-file.ts";
import { D } from "../formats/pdf-names.ts";
import type { PdfWriter } from "../formats/pdf-writer.ts";
import type { BookCopier } from "./book-copier.ts";

/** The layers (optional content groups) of a chapter, by their names in the book. */
export interface LayerSet {
  readonly all: readonly PDFRef[];
  /** Those that are hidden until they are asked for. */
  readonly off: readonly PDFRef[];
}

const OFF = PDFName.of("OFF");

/** Reads which layers a file has and hides (ISO 32000-1, 8.11.4): without that all would be seen. */
export function readLayers(file: PdfFile, copier: BookCopier): LayerSet {
  const properties = file.dict(file.catalog.get(PDFName.of("OCProperties")));
  const usual = file.dict(properties?.get(D));
  const copies = (list: string, from: PDFDict | undefined): PDFRef[] =>
    (file.array(from?.get(PDFName.of(list)))?.asArray() ?? [])
      .map((group) => copier.copy(group))
      .filter((group) => group instanceof PDFRef);
  const all = [...new Set(copies("OCGs", properties))];
  const hidden = new Set(copies("OFF", usual));
  if (file.get(usual?.get(PDFName.of("BaseState"))) !== OFF) {
    return { all, off: all.filter((group) => hidden.has(group)) };
  }
  const seen = new Set(copies("ON", usual));
  return { all, off: all.filter((group) => !seen.has(group)) };
}

/** Writes the layers of all chapters; undefined where there are none. */
export function writeLayers(writer: PdfWriter, sets: readonly LayerSet[]): PDFRef | undefined {
  const all = sets.flatMap((set) => set.all);
  if (all.length === 0) return undefined;
  const off = sets.flatMap((set) => set.off);
  return writer.add(writer.context.obj({ OCGs: all, D: { Order: all, OFF: off } }));
}
