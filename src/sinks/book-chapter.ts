import type { PDFObject, PDFRef } from "@cantoo/pdf-lib";

import { PdfFault } from "../formats/pdf-fault.ts";
import { PdfFile } from "../formats/pdf-file.ts";
import { readLabels } from "../formats/pdf-labels.ts";
import { listPages } from "../formats/pdf-pages.ts";
import type { PdfWriter } from "../formats/pdf-writer.ts";
import { BookCopier } from "./book-copier.ts";
import { bindForm, type BoundForm } from "./book-form.ts";
import { type LayerSet, readLayers } from "./book-layers.ts";
import { type OutlineEntry, readEntries } from "./book-outline.ts";

/** What the book keeps of a chapter once its pages are written. */
export interface BoundChapter {
  /** The node of the page tree that has its pages. */
  readonly node: PDFRef;
  readonly pages: readonly PDFRef[];
  /** How many pages the file says it has. */
  readonly declared: number | undefined;
  readonly outline: readonly OutlineEntry[];
  /** Page labels of its own, by index of its pages. */
  readonly labels: readonly { readonly from: number; readonly dict: PDFObject }[];
  readonly form: BoundForm | undefined;
  readonly layers: LayerSet;
}

/** Where a chapter goes. */
export interface ChapterPlace {
  readonly writer: PdfWriter;
  /** The node above the chapters' own. */
  readonly tree: PDFRef;
  /** Tells its fields from those of other chapters. */
  readonly number: number;
}

/**
 * Writes the pages of a PDF, and all that they need, into a book.
 * @throws PdfFault where the file cannot be read, and what writing throws
 */
export async function bindChapter(bytes: Uint8Array, place: ChapterPlace): Promise<BoundChapter> {
  const { writer, tree, number } = place;
  const file = new PdfFile(bytes);
  const source = listPages(file);
  if (source.pages.length === 0) throw new PdfFault("has no pages");
  const pages = source.pages.map(() => writer.reserve());
  const node = writer.reserve();
  const copier = new BookCopier(file, writer, pages, source);
  const form = bindForm(file, copier, { writer, name: `chapter ${number}` });
  for (const [index, page] of source.pages.entries()) {
    writer.put(pages[index]!, copier.page(page, node));
    await copier.copyRest();
  }
  const outline = readEntries(file, copier);
  const labels = readLabels(file, pages.length).map(({ from, dict }) => ({
    from,
    dict: copier.copy(dict),
  }));
  const layers = readLayers(file, copier);
  await copier.copyRest();
  const kids = writer.context.obj([...pages]);
  writer.put(
    node,
    writer.context.obj({ Type: "Pages", Parent: tree, Kids: kids, Count: pages.length }),
  );
  return { node, pages, declared: source.declared, outline, labels, form, layers };
}
