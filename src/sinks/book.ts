import type { BookState } from "./book-file.ts";
import type { BookIdentity } from "./book-metadata.ts";

/** A chapter that was found: its file, or why there is none. */
export interface Chapter {
  /** The text of its link: its entry in the outline. */
  readonly title: string;
  readonly url: string;
  /** Its PDF, or what kept it from being fetched (`404 Not Found`). */
  readonly source: { readonly file: string } | { readonly missing: string };
}

/** How a book is bound. */
export interface BookOptions extends BookIdentity {
  readonly path: string;
  /** What becomes of another book that is there; one of the same bytes is never touched. @default "refuse" */
  readonly exists?: "refuse" | "overwrite";
  /** The run: what one with this id has left half written is removed. @default none */
  readonly id?: string;
  /** Pages at the end that name the source and what is missing. @default "last" */
  readonly colophon?: "last" | "none";
  /** Larger files are skipped: one at a time is in memory, whole. @default 536870912 (512 MiB) */
  readonly maxChapterBytes?: number;
  readonly signal?: AbortSignal;
}

/** A chapter and what is to be said of it. */
export interface ChapterRemark {
  readonly chapter: Chapter;
  /** In words that go on after its title: `is encrypted with a password`. */
  readonly why: string;
}

/** What became of a book. */
export interface BoundBook {
  /** `"none"`: no chapter could be read; nothing was written, and what was there stays. */
  readonly state: BookState | "none";
  /** Pages of the book, those at its end included. */
  readonly pages: number;
  readonly bytes: number;
  readonly skipped: readonly ChapterRemark[];
  /** Chapters of which only a part could be read. */
  readonly damaged: readonly ChapterRemark[];
}

export const BOOK_DEFAULTS = {
  exists: "refuse",
  colophon: "last",
  maxChapterBytes: 512 * 2 ** 20,
} as const;

/**
 * Binds PDFs into one, in the order given: an outline entry for each, what they have of outlines,
 * links, labels, forms and layers kept. Chapters are read one after the other, and the book is written
 * as they are: it takes memory for one of them. The same chapters and options give the same bytes.
 * @throws PathTaken where another file stands at the path, UsageError, DiskError, the signal's reason
 */
export async function bindBook(
  chapters: readonly Chapter[],
  options: BookOptions,
): Promise<BoundBook> {
  const { writeBook } = await loadBinding();
  return await writeBook(chapters, { ...BOOK_DEFAULTS, ...options });
}

/** Loads what binds books: the library is large, and books are rare. */
export const loadBinding = () => import("./book-binding.ts");
