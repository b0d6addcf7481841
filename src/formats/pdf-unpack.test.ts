import { deflateSync } from "node:zlib";

import { PDFContext, PDFRawStream } from "@cantoo/pdf-lib";
import { expect, test } from "vitest";

import { PdfBudget, PdfFault } from "./pdf-fault.ts";
import { unpackStream } from "./pdf-unpack.ts";

const context = PDFContext.create();

function unpack(
  contents: Uint8Array,
  dict: Record<string, unknown>,
  budget = new PdfBudget(1000),
): Buffer {
  const stream = PDFRawStream.of(context.obj(dict as Record<string, string>), contents);
  return Buffer.from(unpackStream(stream, budget, (object) => object));
}

/** A row as PNG filters it: the difference to what is left of it, above it, or both. */
function filtered(kind: number, row: readonly number[], above: readonly number[]): number[] {
  const step = 2;
  const difference = row.map((byte, at) => {
    const [left, up, corner] = [row[at - step] ?? 0, above[at] ?? 0, above[at - step] ?? 0];
    const paeth = [left, up, corner].toSorted(
      (a, b) => Math.abs(left + up - corner - a) - Math.abs(left + up - corner - b),
    )[0]!;
    return (byte - [0, left, up, (left + up) >> 1, paeth][kind]!) & 255;
  });
  return [kind, ...difference];
}

test("the predictors of PNG are undone, each kind of row", () => {
  const rows = Array.from({ length: 10 }, (_, row) =>
    Array.from({ length: 6 }, (_unused, at) => (row * 37 + at * at * 11) & 255),
  );
  const content = rows.flatMap((row, at) => filtered(at % 5, row, rows[at - 1] ?? []));
  const parms = { Predictor: 15, Columns: 3, Colors: 2, BitsPerComponent: 8 };
  const dict = { Filter: "FlateDecode", DecodeParms: parms };
  expect([...unpack(deflateSync(Buffer.from(content)), dict)]).toEqual(rows.flat());
});

test("without a filter, and in a list of one", () => {
  expect(unpack(Buffer.from("plain"), {}).toString()).toBe("plain");
  expect(unpack(deflateSync("listed"), { Filter: ["FlateDecode"] }).toString()).toBe("listed");
});

test("a wrong checksum and a missing end are not minded", () => {
  const packed = deflateSync("x".repeat(100) + "y".repeat(100));
  const wrong = Buffer.from(packed);
  wrong[wrong.length - 1]! ^= 0xff;
  expect(unpack(wrong, { Filter: "FlateDecode" })).toHaveLength(200);
  expect(unpack(packed.subarray(0, -4), { Filter: "FlateDecode" })).toHaveLength(200);
});

test("what is packed otherwise is refused, and what unpacks to too much", () => {
  expect(() => unpack(Buffer.from("x"), { Filter: "LZWDecode" })).toThrow(SyntaxError);
  expect(() => unpack(Buffer.from("x"), { Filter: ["FlateDecode", "FlateDecode"] })).toThrow(
    SyntaxError,
  );
  const large = deflateSync(Buffer.alloc(40 * 2 ** 20));
  const budget = new PdfBudget(1000);
  unpack(large, { Filter: "FlateDecode" }, budget);
  expect(() => unpack(large, { Filter: "FlateDecode" }, budget)).toThrow(PdfFault);
});
