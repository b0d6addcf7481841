import { type PDFObject, PDFNumber, type PDFRawStream } from "@cantoo/pdf-lib";

import { FIRST, N } from "./pdf-names.ts";
import { PdfReader, type PdfReaderOptions } from "./pdf-reader.ts";

/** The objects of one object stream, read as they are asked for (ISO 32000-1, 7.5.7). */
export class PdfPacked {
  readonly #reader: PdfReader;
  readonly #offsets = new Map<number, number>();

  constructor(content: Uint8Array, stream: PDFRawStream, options: PdfReaderOptions) {
    this.#reader = new PdfReader(content, options);
    const first = stream.dict.get(FIRST);
    const count = stream.dict.get(N);
    if (!(first instanceof PDFNumber) || !(count instanceof PDFNumber)) {
      throw new SyntaxError("an object stream without a count");
    }
    let at = 0;
    for (let index = 0; index < count.asNumber(); index += 1) {
      const number = this.#reader.integerAt(at);
      const offset = number === undefined ? undefined : this.#reader.integerAt(this.#reader.offset);
      // The pairs stand before the first object: a count that says more is wrong.
      if (
        number === undefined ||
        offset === undefined ||
        this.#reader.offset > first.asNumber() + 1
      )
        break;
      at = this.#reader.offset;
      this.#offsets.set(number, first.asNumber() + offset);
    }
  }

  /** Numbers of its objects. */
  numbers(): Iterable<number> {
    return this.#offsets.keys();
  }

  /** An object by its number. @throws the parser's errors, and PdfFault */
  get(number: number): PDFObject | undefined {
    const offset = this.#offsets.get(number);
    return offset === undefined ? undefined : this.#reader.valueAt(offset);
  }
}
