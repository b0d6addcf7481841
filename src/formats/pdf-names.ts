import { PDFName } from "@cantoo/pdf-lib";

export const COUNT = PDFName.of("Count");
export const DEST = PDFName.of("Dest");
export const DESTS = PDFName.of("Dests");
export const FIRST = PDFName.of("First");
export const KIDS = PDFName.of("Kids");
export const LENGTH = PDFName.of("Length");
/** How many objects an object stream has. */
export const N = PDFName.of("N");
export const NAMES = PDFName.of("Names");
export const NEXT = PDFName.of("Next");
export const NUMS = PDFName.of("Nums");
export const PAGES = PDFName.of("Pages");
export const PARENT = PDFName.of("Parent");
export const ROOT = PDFName.of("Root");
export const TYPE = PDFName.of("Type");
/** The key of a destination in an action. */
export const D = PDFName.of("D");
/** The key of an action's kind. */
export const S = PDFName.of("S");
