import { PDFHexString, PDFRawStream, type PDFRef, PDFString } from "@cantoo/pdf-lib";

import type { PdfWriter } from "../formats/pdf-writer.ts";

/** What the book says of itself. */
export interface BookIdentity {
  readonly title: string;
  /** Where it comes from: the page that the chapters were found on. */
  readonly url?: string | undefined;
  /** When it was made; without it the book does not say. The clock is never asked. */
  readonly date?: Date | undefined;
}

const MAKER = "fanfetch";
const XML: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};
/** What XML 1.0 cannot say in any way. */
const NOT_XML = /[\p{Cc}\ufffe\uffff]/gu;

/** Writes the document information dictionary (ISO 32000-1, 14.3.3). */
export function writeAbout(writer: PdfWriter, { title, url, date }: BookIdentity): PDFRef {
  const moment = date === undefined ? undefined : PDFString.fromDate(date);
  const info = {
    Title: PDFHexString.fromText(title),
    Subject: url === undefined ? undefined : PDFHexString.fromText(url),
    Creator: PDFString.of(MAKER),
    Producer: PDFString.of(MAKER),
    CreationDate: moment,
    ModDate: moment,
  };
  return writer.add(writer.context.obj(info));
}

/** Writes the same as XMP (ISO 16684-1), where the URL has a field of its own: `dc:source`. */
export function writeXmp(writer: PdfWriter, { title, url, date }: BookIdentity): PDFRef {
  const moment = date?.toISOString().replace(/\.\d+Z$/, "Z");
  const lines = [
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">',
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">',
    `<dc:title><rdf:Alt><rdf:li xml:lang="x-default">${xml(title)}</rdf:li></rdf:Alt></dc:title>`,
    ...(url === undefined ? [] : [`<dc:source>${xml(url)}</dc:source>`]),
    `<xmp:CreatorTool>${MAKER}</xmp:CreatorTool>`,
    `<pdf:Producer>${MAKER}</pdf:Producer>`,
    ...(moment === undefined
      ? []
      : [
          `<xmp:CreateDate>${moment}</xmp:CreateDate>`,
          `<xmp:ModifyDate>${moment}</xmp:ModifyDate>`,
        ]),
    "</rdf:Description>",
    "</rdf:RDF>",
    "</x:xmpmeta>",
    '<?xpacket end="r"?>',
  ];
  const dict = writer.context.obj({ Type: "Metadata", Subtype: "XML" });
  return writer.add(PDFRawStream.of(dict, Buffer.from(lines.join("\n"))));
}

function xml(text: string): string {
  return text
    .toWellFormed()
    .replace(NOT_XML, "\ufffd")
    .replace(/[&<>"]/g, (character) => XML[character]!);
}
