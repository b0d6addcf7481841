import { createHash } from "node:crypto";

import {
  PDFContext,
  PDFHexString,
  type PDFObject,
  PDFObjectStream,
  PDFRef,
  PDFStream,
} from "@cantoo/pdf-lib";

/** Takes the bytes of a file, in order. Their memory is used again once the promise resolves. */
export type WriteBytes = (bytes: Uint8Array) => Promise<void>;

/** Bytes of each column of the table: files of a terabyte find room. */
const WIDTHS = [1, 5, 2] as const;
const PACKED = 100;
const BUFFERED = 1 << 20;
const HEADER = "%PDF-1.7\n%\x81\x81\x81\x81\n";

/**
 * Writes a PDF object by object, each as soon as it is known, so that no more than a part of the file
 * is ever in memory. Objects that are no streams are packed, a hundred together.
 */
export class PdfWriter {
  /** Makes dictionaries and arrays. */
  readonly context = PDFContext.create();
  readonly #write: WriteBytes;
  readonly #hash = createHash("sha256");
  /** Offset, or container and index, of each object by its number. */
  readonly #places: (readonly [kind: number, where: number, index: number])[] = [[0, 0, 0xff_ff]];
  /** One piece of memory for all: as large as the largest stream asks for. */
  #buffer = Buffer.allocUnsafeSlow(2 * BUFFERED);
  #buffered = 0;
  #written = 0;
  #packed: [PDFRef, PDFObject][] = [];

  constructor(write: WriteBytes) {
    this.#write = write;
    this.#append(HEADER);
  }

  /** Bytes written so far, or waiting to be. */
  get bytes(): number {
    return this.#written + this.#buffered;
  }

  /** The name of an object to come. */
  reserve(): PDFRef {
    this.#places.push([0, 0, 0]);
    return PDFRef.of(this.#places.length - 1);
  }

  /** Gives a reserved object its value. */
  put(ref: PDFRef, object: PDFObject): void {
    if (object instanceof PDFStream) return this.#putPlain(ref, object);
    this.#packed.push([ref, object]);
    if (this.#packed.length >= PACKED) this.#pack();
  }

  /** Adds an object; gives its name. */
  add(object: PDFObject): PDFRef {
    const ref = this.reserve();
    this.put(ref, object);
    return ref;
  }

  /** Whether so much has gathered that it should be flushed. */
  get full(): boolean {
    return this.#buffered >= BUFFERED;
  }

  /** Hands over what has gathered. */
  async flush(): Promise<void> {
    const bytes = this.#buffer.subarray(0, this.#buffered);
    this.#hash.update(bytes);
    await this.#write(bytes);
    this.#written += this.#buffered;
    this.#buffered = 0;
  }

  /** Writes what is left and the table of objects. */
  async end(root: PDFRef, info: PDFRef): Promise<void> {
    this.#pack();
    const ref = this.reserve();
    const offset = this.bytes;
    this.#places[ref.objectNumber] = [1, offset, 0];
    await this.flush();
    // Made of the content: the same book has the same identity.
    const id = PDFHexString.fromBytes(this.#hash.copy().digest().subarray(0, 16));
    const table = this.context.flateStream(this.#table(), {
      Type: "XRef",
      Size: this.#places.length,
      W: WIDTHS,
      Root: root,
      Info: info,
      ID: [id, id],
    });
    this.#appendObject(ref, table);
    this.#append(`startxref\n${offset}\n%%EOF\n`);
    await this.flush();
  }

  /** The entries of the cross-reference stream (ISO 32000-1, 7.5.8.3). */
  #table(): Uint8Array {
    const width = WIDTHS[0] + WIDTHS[1] + WIDTHS[2];
    const table = Buffer.alloc(this.#places.length * width);
    for (const [number, [kind, where, index]] of this.#places.entries()) {
      let at = table.writeUInt8(kind, number * width);
      at = table.writeUIntBE(where, at, WIDTHS[1]);
      table.writeUIntBE(index, at, WIDTHS[2]);
    }
    return table;
  }

  #pack(): void {
    if (this.#packed.length === 0) return;
    const container = this.reserve();
    for (const [index, [ref]] of this.#packed.entries()) {
      this.#places[ref.objectNumber] = [2, container.objectNumber, index];
    }
    const stream = PDFObjectStream.withContextAndObjects(this.context, this.#packed);
    this.#packed = [];
    this.#putPlain(container, stream);
  }

  #putPlain(ref: PDFRef, object: PDFStream): void {
    this.#places[ref.objectNumber] = [1, this.bytes, 0];
    this.#appendObject(ref, object);
  }

  #appendObject(ref: PDFRef, stream: PDFStream): void {
    this.#append(`${ref.objectNumber} 0 obj\n`);
    stream.updateDict();
    this.#makeRoom(stream.dict.sizeInBytes());
    this.#buffered += stream.dict.copyBytesInto(this.#buffer, this.#buffered);
    this.#append("\nstream\n");
    const contents = stream.getContents();
    this.#makeRoom(contents.length);
    this.#buffer.set(contents, this.#buffered);
    this.#buffered += contents.length;
    this.#append("\nendstream\nendobj\n");
  }

  #append(text: string): void {
    this.#makeRoom(text.length);
    this.#buffered += this.#buffer.write(text, this.#buffered, "latin1");
  }

  #makeRoom(bytes: number): void {
    const needed = this.#buffered + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 1.5 * this.#buffer.length));
    this.#buffer.copy(larger, 0, 0, this.#buffered);
    this.#buffer = larger;
  }
}
