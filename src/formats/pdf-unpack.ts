import { constants, inflateRawSync, inflateSync } from "node:zlib";

import {
  PDFArray,
  PDFDict,
  PDFName,
  PDFNumber,
  type PDFObject,
  type PDFRawStream,
} from "@cantoo/pdf-lib";

import { type PdfBudget, PdfFault } from "./pdf-fault.ts";

/** Resolves references. */
type Resolve = (object: PDFObject | undefined) => PDFObject | undefined;

/**
 * The content of an object or cross-reference stream: Flate or plain, with the predictors of PNG
 * (ISO 32000-1, 7.4.4). A wrong checksum or a missing end is not minded.
 * @throws PdfFault where it unpacks to more than the budget has left
 */
export function unpackStream(
  stream: PDFRawStream,
  budget: PdfBudget,
  resolve: Resolve,
): Uint8Array {
  const filter = single(resolve(stream.dict.get(PDFName.of("Filter"))), resolve);
  if (filter === undefined) return stream.contents;
  if (filter !== PDFName.of("FlateDecode") && filter !== PDFName.of("Fl")) {
    throw new SyntaxError("objects packed in a way that is not known");
  }
  const unpacked = inflate(stream.contents, budget.unpackable);
  budget.spendUnpacked(unpacked.length);
  const parameters = single(resolve(stream.dict.get(PDFName.of("DecodeParms"))), resolve);
  if (!(parameters instanceof PDFDict)) return unpacked;
  const entry = (name: string, fallback: number): number => {
    const value = resolve(parameters.get(PDFName.of(name)));
    return value instanceof PDFNumber ? value.asNumber() : fallback;
  };
  if (entry("Predictor", 1) < 10) return unpacked;
  const bits = entry("Colors", 1) * entry("BitsPerComponent", 8);
  return unpredict(unpacked, Math.ceil((bits * entry("Columns", 1)) / 8), Math.ceil(bits / 8));
}

/** A list of one is its element; longer ones are left, and so refused. */
function single(object: PDFObject | undefined, resolve: Resolve): PDFObject | undefined {
  if (!(object instanceof PDFArray)) return object;
  return object.size() === 0 ? undefined : object.size() === 1 ? resolve(object.get(0)) : object;
}

function inflate(bytes: Uint8Array, most: number): Uint8Array {
  const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: Math.max(1, most) };
  try {
    try {
      return inflateSync(bytes, options);
    } catch (error) {
      if (isTooLarge(error)) throw error;
      // Without its two bytes of header, and so without the checksum at the end.
      return inflateRawSync(bytes.subarray(2), options);
    }
  } catch (error) {
    if (!isTooLarge(error)) throw error;
    throw new PdfFault("unpacks to more than a file of its size should", { cause: error });
  }
}

function isTooLarge(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
}

/** Undoes the filters of PNG (PNG specification, chapter 9), in rows of `width` bytes. */
function unpredict(bytes: Uint8Array, width: number, step: number): Uint8Array {
  if (!(width >= 1 && step >= 1)) throw new SyntaxError("a predictor without columns");
  const rows = Math.floor(bytes.length / (width + 1));
  const result = new Uint8Array(rows * width);
  for (let row = 0; row < rows; row += 1) {
    const kind = bytes[row * (width + 1)]!;
    const from = row * (width + 1) + 1;
    const to = row * width;
    for (let at = 0; at < width; at += 1) {
      const left = at >= step ? result[to + at - step]! : 0;
      const up = row > 0 ? result[to + at - width]! : 0;
      const corner = at >= step && row > 0 ? result[to + at - width - step]! : 0;
      result[to + at] = bytes[from + at]! + predicted(kind, left, up, corner);
    }
  }
  return result;
}

function predicted(kind: number, left: number, up: number, corner: number): number {
  switch (kind) {
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4: {
      const guess = left + up - corner;
      const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
      return a <= b && a <= c ? left : b <= c ? up : corner;
    }
    default:
      return 0;
  }
}
