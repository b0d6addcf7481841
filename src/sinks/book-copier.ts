import {
  PDFArray,
  PDFDict,
  PDFInvalidObject,
  PDFName,
  PDFNull,
  PDFNumber,
  type PDFObject,
  PDFRawStream,
  PDFRef,
} from "@cantoo/pdf-lib";

import { type FindDestination, readDestinations } from "../formats/pdf-destinations.ts";
import type { PdfFile } from "../formats/pdf-file.ts";
import { D, DEST, PARENT, S, TYPE } from "../formats/pdf-names.ts";
import type { PdfPage, PdfPages } from "../formats/pdf-pages.ts";
import type { PdfWriter } from "../formats/pdf-writer.ts";

const name = (text: string): PDFName => PDFName.of(text);
const GOTO = name("GoTo");
/** What points to things that the book does not have, or runs without being asked to. */
const LEFT_OUT: ReadonlySet<PDFName> = new Set(
  ["AA", "B", "DPart", "PieceInfo", "SD", "StructParent", "StructParents"].map(name),
);
/** Actions that run code or leave the reader for more than a page of the web (ISO 32000-2, table 201). */
const REFUSED_ACTIONS: ReadonlySet<PDFObject> = new Set(
  [
    ...["GoToDp", "GoToE", "ImportData", "JavaScript", "Launch", "Movie", "Rendition"],
    ...["ResetForm", "RichMediaExecute", "Sound", "SubmitForm", "Thread"],
  ].map(name),
);
/** Objects that stand for a whole file. */
const OF_THE_FILE: ReadonlySet<PDFObject> = new Set(
  ["Catalog", "Page", "Pages", "StructTreeRoot"].map(name),
);
const LETTER = [0, 0, 612, 792];

/**
 * Copies what the pages of one file need into a book, each object once and by a list of what is still
 * to copy: chains of links are as long as a file likes. Named destinations become explicit ones.
 */
export class BookCopier {
  readonly #file: PdfFile;
  readonly #writer: PdfWriter;
  readonly #pages: readonly PDFRef[];
  readonly #nodes: ReadonlySet<number>;
  readonly #find: FindDestination;
  readonly #copies = new Map<number, PDFRef>();
  readonly #adopted = new Map<number, PDFRef>();
  readonly #ahead: number[] = [];

  /** @param pages their new names, in order, as `source.pages` has them */
  constructor(file: PdfFile, writer: PdfWriter, pages: readonly PDFRef[], source: PdfPages) {
    this.#file = file;
    this.#writer = writer;
    this.#pages = pages;
    this.#nodes = source.nodes;
    this.#find = readDestinations(file);
    for (const [index, { number }] of source.pages.entries()) {
      if (number !== undefined) this.#copies.set(number, pages[index]!);
    }
  }

  /** A page as it is in the book, below a node of its tree of pages. */
  page({ dict, inherited }: PdfPage, parent: PDFRef): PDFDict {
    const page = this.#dict(dict);
    for (const [key, value] of inherited) if (!page.has(key)) page.set(key, this.copy(value));
    if (!page.has(name("MediaBox"))) page.set(name("MediaBox"), this.#writer.context.obj(LETTER));
    page.set(TYPE, name("Page"));
    page.set(PARENT, parent);
    return page;
  }

  /** Copies all that was referred to so far and is not in the book yet. */
  async copyRest(): Promise<void> {
    while (this.#ahead.length > 0) {
      const number = this.#ahead.pop()!;
      const copy = this.copy(this.#file.byNumber(number));
      const parent = this.#adopted.get(number);
      if (parent !== undefined && copy instanceof PDFDict) copy.set(PARENT, parent);
      this.#writer.put(this.#copies.get(number)!, copy);
      if (this.#writer.full) await this.#writer.flush();
    }
  }

  /** A value as it is in the book; what it refers to is copied later. */
  copy(object: PDFObject | undefined): PDFObject {
    if (object instanceof PDFRef) return this.#reference(object);
    if (object instanceof PDFDict) return this.#isRefused(object) ? PDFNull : this.#dict(object);
    if (object instanceof PDFArray) return this.#array(object.asArray());
    if (object instanceof PDFRawStream)
      return PDFRawStream.of(this.#dict(object.dict), object.contents);
    // What could not be parsed has references in it that nobody could change.
    if (object === undefined || object instanceof PDFInvalidObject) return PDFNull;
    return object;
  }

  /**
   * The name in the book of an object that comes below another there; undefined where it cannot. To be
   * asked for before anything else refers to the object.
   */
  adopt(object: PDFObject, parent: PDFRef): PDFRef | undefined {
    if (!(object instanceof PDFRef) || this.#copies.has(object.objectNumber)) return undefined;
    this.#adopted.set(object.objectNumber, parent);
    const copy = this.#reference(object);
    return copy instanceof PDFRef ? copy : undefined;
  }

  /** Where a destination leads in the book; undefined where to no page of it. */
  destination(destination: PDFObject | undefined): PDFArray | undefined {
    const [page, ...view] = this.#find(destination)?.asArray() ?? [];
    const target =
      page instanceof PDFNumber ? this.#pages[page.asNumber()] : page && this.copy(page);
    return target instanceof PDFRef ? this.#array([target, ...view], 1) : undefined;
  }

  /** An action as it is in the book; undefined where it leads nowhere or is refused. */
  action(action: PDFObject | undefined): PDFDict | undefined {
    const dict = this.#file.dict(action);
    if (dict === undefined || this.#isRefused(dict)) return undefined;
    return this.#dict(dict);
  }

  #reference({ objectNumber }: PDFRef): PDFObject {
    const known = this.#copies.get(objectNumber);
    if (known !== undefined) return known;
    const object = this.#file.byNumber(objectNumber);
    if (object === undefined || this.#nodes.has(objectNumber)) return PDFNull;
    // A page that is in no list of pages, another catalog: with them came all that they know.
    if (object instanceof PDFDict && OF_THE_FILE.has(object.get(TYPE) ?? PDFNull)) return PDFNull;
    const copy = this.#writer.reserve();
    this.#copies.set(objectNumber, copy);
    this.#ahead.push(objectNumber);
    return copy;
  }

  #dict(source: PDFDict): PDFDict {
    const dict = PDFDict.withContext(this.#writer.context);
    const goesTo = this.#file.get(source.get(S)) === GOTO;
    for (const [key, value] of source.entries()) {
      if (LEFT_OUT.has(key)) continue;
      if (key === DEST || (key === D && goesTo)) {
        const destination = this.destination(value);
        if (destination !== undefined) dict.set(key, destination);
      } else {
        dict.set(key, this.copy(value));
      }
    }
    return dict;
  }

  #array(items: readonly PDFObject[], copied = 0): PDFArray {
    const array = PDFArray.withContext(this.#writer.context);
    for (const [index, item] of items.entries())
      array.push(index < copied ? item : this.copy(item));
    return array;
  }

  #isRefused(dict: PDFDict): boolean {
    const kind = this.#file.get(dict.get(S));
    return kind !== undefined && REFUSED_ACTIONS.has(kind);
  }
}
