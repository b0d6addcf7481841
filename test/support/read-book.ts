import {
  PDFArray,
  PDFDict,
  PDFDocument,
  PDFHexString,
  PDFName,
  type PDFObject,
  PDFRef,
  PDFString,
} from "@cantoo/pdf-lib";

/** An entry of an outline: its title, the index of the page it leads to, and those below it. */
export interface ReadEntry {
  readonly title: string;
  /** Undefined where it leads to no page. */
  readonly page: number | undefined;
  readonly children: readonly ReadEntry[];
}

/** What a reader sees of a PDF; read by the library, not by the project. */
export interface ReadBook {
  readonly document: PDFDocument;
  readonly outline: readonly ReadEntry[];
  /** Of each page, where its links lead: an index, a URL, or `"nowhere"`. */
  readonly links: readonly (readonly (number | string)[])[];
}

const name = (text: string): PDFName => PDFName.of(text);

/** Reads a PDF. Only explicit destinations count as such: a book has no others. */
export async function readBook(bytes: Uint8Array): Promise<ReadBook> {
  const document = await PDFDocument.load(bytes, { updateMetadata: false });
  const { context } = document;
  const pages = new Map(document.getPages().map(({ ref }, index) => [ref, index]));

  function pageOf(destination: PDFObject | undefined): number | undefined {
    const array = context.lookup(destination);
    const page = array instanceof PDFArray ? array.get(0) : undefined;
    return page instanceof PDFRef ? pages.get(page) : undefined;
  }

  function targetOf(dict: PDFDict): number | string {
    const action = dict.lookupMaybe(name("A"), PDFDict);
    const page = pageOf(dict.get(name("Dest")) ?? action?.get(name("D")));
    const url = action?.lookupMaybe(name("URI"), PDFString, PDFHexString);
    return page ?? url?.decodeText() ?? "nowhere";
  }

  function entries(parent: PDFDict | undefined): ReadEntry[] {
    const list: ReadEntry[] = [];
    let entry = parent?.lookupMaybe(name("First"), PDFDict);
    while (entry !== undefined) {
      const target = targetOf(entry);
      list.push({
        title: entry.lookup(name("Title"), PDFString, PDFHexString).decodeText(),
        page: typeof target === "number" ? target : undefined,
        children: entries(entry),
      });
      entry = entry.lookupMaybe(name("Next"), PDFDict);
    }
    return list;
  }

  const links = document.getPages().map(({ node }) =>
    (node.Annots()?.asArray() ?? [])
      .map((annotation) => context.lookup(annotation))
      .filter((annotation) => annotation instanceof PDFDict)
      .filter((annotation) => annotation.get(name("Subtype")) === name("Link"))
      .map(targetOf),
  );
  const outline = entries(document.catalog.lookupMaybe(name("Outlines"), PDFDict));
  return { document, outline, links };
}
