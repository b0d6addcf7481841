import { PDFDocument, PDFName, PDFRawStream } from "@cantoo/pdf-lib";
import { expect, test } from "vitest";

import { PdfFile } from "./pdf-file.ts";
import { PdfWriter } from "./pdf-writer.ts";

/** Writes a file with so many streams of a size, flushed when that is due; gives its pieces. */
async function written(count: number, size: number): Promise<readonly Buffer[]> {
  const pieces: Buffer[] = [];
  const writer = new PdfWriter(async (bytes) => {
    pieces.push(Buffer.from(bytes));
  });
  const pages = writer.reserve();
  for (let index = 0; index < count; index += 1) {
    const contents = Buffer.alloc(size, index);
    writer.add(PDFRawStream.of(writer.context.obj({ Index: index }), contents));
    writer.add(writer.context.obj({ Number: index }));
    if (writer.full) await writer.flush();
  }
  writer.put(pages, writer.context.obj({ Type: "Pages", Kids: [], Count: 0 }));
  const root = writer.add(writer.context.obj({ Type: "Catalog", Pages: pages }));
  await writer.end(root, writer.add(writer.context.obj({})));
  expect(Buffer.concat(pieces)).toHaveLength(writer.bytes);
  return pieces;
}

test("what is written is read again, by the table and without it", async () => {
  const bytes = Buffer.concat(await written(250, 10));
  const broken = Buffer.from(
    bytes.toString("latin1").replace(/startxref\n\d+/, "startxref\n3"),
    "latin1",
  );
  for (const file of [new PdfFile(bytes), new PdfFile(broken)]) {
    const streams = file
      .numbers()
      .map((number) => file.byNumber(number))
      .filter((object) => object instanceof PDFRawStream && object.dict.has(PDFName.of("Index")));
    expect(streams).toHaveLength(250);
  }
  const { context } = await PDFDocument.load(bytes, { updateMetadata: false });
  const numbers = context
    .enumerateIndirectObjects()
    .filter(([, object]) => String(object).startsWith("<<\n/Number "));
  expect(numbers).toHaveLength(250);
});

test("no more than a part of the file waits in memory", async () => {
  const pieces = await written(400, 50_000);
  expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(1.2 * 2 ** 20);
  expect(pieces.length).toBeGreaterThan(15);
});
