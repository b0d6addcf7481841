import {
  PDFBool,
  PDFDict,
  PDFHexString,
  PDFName,
  type PDFObject,
  type PDFRef,
} from "@cantoo/pdf-lib";

import type { PdfFile } from "../formats/pdf-file.ts";
import { KIDS } from "../formats/pdf-names.ts";
import type { PdfWriter } from "../formats/pdf-writer.ts";
import type { BookCopier } from "./book-copier.ts";

/** The form of a chapter: one field of the book that has the chapter's fields below it. */
export interface BoundForm {
  readonly field: PDFRef;
  /** Fonts and the like by their kind and name, as the book has them. */
  readonly resources: ReadonlyMap<PDFName, ReadonlyMap<PDFName, PDFObject>>;
  /** Who draws the fields: what the file has for them, or the reader anew. */
  readonly drawn: "as they are" | "anew";
}

/** What fields have from the form (ISO 32000-1, table 218), and a field from the one above it. */
const INHERITED = ["DA", "Q"].map((name) => PDFName.of(name));
const NEED_APPEARANCES = PDFName.of("NeedAppearances");

/**
 * Writes a field that the chapter's own come below: those of two chapters may have one name, and as
 * one field would show one value. Undefined for a file without a form.
 */
export function bindForm(
  file: PdfFile,
  copier: BookCopier,
  book: FormPlace,
): BoundForm | undefined {
  const form = file.dict(file.catalog.get(PDFName.of("AcroForm")));
  const fields = file.array(form?.get(PDFName.of("Fields")))?.asArray() ?? [];
  const field = book.writer.reserve();
  const kids = [...new Set(fields)].map((kid) => copier.adopt(kid, field));
  const known = kids.filter((kid) => kid !== undefined);
  if (form === undefined || known.length === 0) return undefined;
  const dict = book.writer.context.obj({ T: PDFHexString.fromText(book.name) });
  dict.set(KIDS, book.writer.context.obj(known));
  for (const key of INHERITED) if (form.has(key)) dict.set(key, copier.copy(form.get(key)));
  book.writer.put(field, dict);
  const resources = new Map<PDFName, Map<PDFName, PDFObject>>();
  for (const [kind, value] of file.dict(form.get(PDFName.of("DR")))?.entries() ?? []) {
    const entries = file.dict(value)?.entries() ?? [];
    resources.set(kind, new Map(entries.map(([name, entry]) => [name, copier.copy(entry)])));
  }
  const anew = file.get(form.get(NEED_APPEARANCES)) === PDFBool.True;
  return { field, resources, drawn: anew ? "anew" : "as they are" };
}

/** Where the field goes. */
export interface FormPlace {
  readonly writer: PdfWriter;
  /** A name that no other chapter's has. */
  readonly name: string;
}

/** Writes the form of the book; undefined where no chapter has one. */
export function writeForm(writer: PdfWriter, forms: readonly BoundForm[]): PDFRef | undefined {
  if (forms.length === 0) return undefined;
  const all = PDFDict.withContext(writer.context);
  for (const [kind, entries] of forms.flatMap(({ resources }) => [...resources])) {
    const known = all.get(kind);
    const dict = known instanceof PDFDict ? known : PDFDict.withContext(writer.context);
    // Of two fonts with one name the first holds: they are nearly always the same.
    for (const [name, entry] of entries) if (!dict.has(name)) dict.set(name, entry);
    all.set(kind, dict);
  }
  const fields = writer.context.obj(forms.map(({ field }) => field));
  const form = writer.context.obj({ Fields: fields, DR: all });
  // Of the whole form: for a chapter that does not need it the same is drawn once more.
  if (forms.some(({ drawn }) => drawn === "anew")) form.set(NEED_APPEARANCES, PDFBool.True);
  return writer.add(form);
}
