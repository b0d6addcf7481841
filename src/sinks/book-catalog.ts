import { PDFName, PDFNumber, type PDFObject, type PDFRef } from "@cantoo/pdf-lib";

import type { PdfWriter } from "../formats/pdf-writer.ts";
import type { ChapterRemark } from "./book.ts";
import type { FullBookOptions, PlacedChapter } from "./book-binding.ts";
import { type ColophonLine, writeColophon } from "./book-colophon.ts";
import { writeForm } from "./book-form.ts";
import { writeLayers } from "./book-layers.ts";
import { writeAbout, writeXmp } from "./book-metadata.ts";
import { type OutlineEntry, pageEntry, writeOutline } from "./book-outline.ts";

/** All that is known of a book when its chapters are written. */
export interface BookContent {
  readonly tree: PDFRef;
  readonly placed: readonly PlacedChapter[];
  readonly remarks: readonly ChapterRemark[];
  /** Pages of all chapters. */
  readonly pages: number;
  readonly options: FullBookOptions;
}

const SOURCES = "Sources";

/** Writes what holds the chapters together, and ends the file; gives how many pages the book has. */
export async function writeCatalog(writer: PdfWriter, content: BookContent): Promise<number> {
  const { tree, placed, options } = content;
  const kids = placed.map(({ node }) => node);
  const outline: OutlineEntry[] = placed.map(({ title, pages, outline: children }) =>
    pageEntry(writer, { title, page: pages[0]!, children }),
  );
  let { pages } = content;
  if (options.colophon === "last") {
    const colophon = writeColophon(writer, tree, colophonLines(content));
    kids.push(colophon.node);
    outline.push(pageEntry(writer, { title: SOURCES, page: colophon.pages[0]! }));
    pages += colophon.pages.length;
  }
  writer.put(tree, writer.context.obj({ Type: "Pages", Kids: kids, Count: pages }));
  const forms = placed.map(({ form }) => form).filter((form) => form !== undefined);
  const catalog = writer.context.obj({
    Type: "Catalog",
    Pages: tree,
    Outlines: writeOutline(writer, outline),
    PageMode: "UseOutlines",
    PageLabels: { Nums: labels(writer, content) },
    AcroForm: writeForm(writer, forms),
    OCProperties: writeLayers(
      writer,
      placed.map(({ layers }) => layers),
    ),
    Metadata: writeXmp(writer, options),
  });
  catalog.set(PDFName.of("ViewerPreferences"), writer.context.obj({ DisplayDocTitle: true }));
  await writer.end(writer.add(catalog), writeAbout(writer, options));
  return pages;
}

/** The chapters' own page labels, and for those without the page's number in the book. */
function labels(writer: PdfWriter, { placed, pages }: BookContent): PDFObject[] {
  const own = placed.flatMap(({ from, labels: ranges }) =>
    ranges.length === 0
      ? [{ from, dict: counted(writer, from) }]
      : ranges.map((range) => ({ from: from + range.from, dict: range.dict })),
  );
  return [...own, { from: pages, dict: counted(writer, pages) }].flatMap(({ from, dict }) => [
    PDFNumber.of(from),
    dict,
  ]);
}

function counted(writer: PdfWriter, from: number): PDFObject {
  return writer.context.obj({ S: "D", St: from + 1 });
}

/** What the last pages say: where each chapter comes from, then which are missing or damaged. */
function colophonLines({ placed, remarks, options }: BookContent): readonly ColophonLine[] {
  const lines: ColophonLine[] = [{ text: SOURCES, style: "title" }];
  const source = [options.url, options.date?.toISOString().slice(0, 10)].filter(
    (part) => part !== undefined,
  );
  if (source.length > 0) lines.push({ text: source.join(", "), style: "plain", after: 1 });
  for (const { chapter, title, from, pages } of placed) {
    const [first, last] = [from + 1, from + pages.length];
    const where = first === last ? `page ${first}` : `pages ${first} to ${last}`;
    lines.push({ text: `${title} (${where})`, style: "bold", after: 1 });
    lines.push({ text: chapter.url, style: "plain" });
  }
  if (remarks.length > 0) lines.push({ text: "Missing or damaged", style: "title", after: 2 });
  for (const { chapter, why } of remarks) {
    lines.push({ text: `${chapter.title} ${why}`, style: "bold", after: 1 });
    lines.push({ text: chapter.url, style: "plain" });
  }
  return lines;
}
