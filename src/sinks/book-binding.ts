import { DiskError } from "../core/disk-error.ts";
import { PdfFault } from "../formats/pdf-fault.ts";
import { tidyTitle } from "../formats/pdf-outline.ts";
import { PdfWriter } from "../formats/pdf-writer.ts";
import type { BookOptions, BoundBook, Chapter, ChapterRemark } from "./book.ts";
import { type BoundChapter, bindChapter } from "./book-chapter.ts";
import { writeCatalog } from "./book-catalog.ts";
import { openBookFile } from "./book-file.ts";
import { ChapterShelf } from "./book-shelf.ts";
import { reasonOf } from "./output-error.ts";
import { ClosedPipe } from "./sink.ts";

/** A chapter that is in the book. */
export interface PlacedChapter extends BoundChapter {
  readonly chapter: Chapter;
  readonly title: string;
  /** Pages before it. */
  readonly from: number;
}

/** Options with their defaults. */
export type FullBookOptions = BookOptions &
  Required<Pick<BookOptions, "exists" | "colophon" | "maxChapterBytes">>;

/** Does what `bindBook` promises, with the library loaded. */
export async function writeBook(
  chapters: readonly Chapter[],
  options: FullBookOptions,
): Promise<BoundBook> {
  const placed: PlacedChapter[] = [];
  const skipped: ChapterRemark[] = [];
  const damaged: ChapterRemark[] = [];
  await using file = await openBookFile(options);
  const writer = new PdfWriter((bytes) => file.write(bytes));
  const tree = writer.reserve();
  const shelf = new ChapterShelf(options.maxChapterBytes);
  let pages = 0;
  for (const [index, chapter] of chapters.entries()) {
    options.signal?.throwIfAborted();
    try {
      const bytes = await shelf.read(chapter);
      const bound = await bindChapter(bytes, { writer, tree, number: index + 1 });
      const title = tidyTitle(chapter.title) || tidyTitle(chapter.url);
      placed.push({ ...bound, chapter, title, from: pages });
      pages += bound.pages.length;
      const { declared } = bound;
      if (declared !== undefined && declared > bound.pages.length) {
        const why = `is damaged: ${bound.pages.length} of its ${declared} pages could be read`;
        damaged.push({ chapter, why });
      }
    } catch (error) {
      skipped.push({ chapter, why: whySkipped(error) });
    }
    await writer.flush();
  }
  if (placed.length === 0) return { state: "none", pages: 0, bytes: 0, skipped, damaged };
  const remarks = [...skipped, ...damaged];
  const last = await writeCatalog(writer, { tree, placed, remarks, pages, options });
  return { state: await file.place(), pages: last, bytes: writer.bytes, skipped, damaged };
}

/** Why a chapter is left out. What concerns the book is thrown on. */
function whySkipped(error: unknown): string {
  if (error instanceof DiskError || error instanceof ClosedPipe) throw error;
  if (error instanceof PdfFault) return error.message;
  // A file that is not what it says can make the library fail in ways of its own.
  return `cannot be read: ${reasonOf(error)}`;
}
