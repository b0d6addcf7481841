import {
  PDFArray,
  PDFContext,
  PDFDict,
  PDFName,
  PDFNumber,
  type PDFObject,
  PDFRawStream,
  PDFRef,
} from "@cantoo/pdf-lib";

import { PdfCipher } from "./pdf-cipher.ts";
import { PdfBudget, PdfFault } from "./pdf-fault.ts";
import { PAGES, ROOT, TYPE } from "./pdf-names.ts";
import { PdfPacked } from "./pdf-packed.ts";
import { isText, PdfReader, type PdfReaderOptions } from "./pdf-reader.ts";
import { scanObjects } from "./pdf-scan.ts";
import { type PdfTable, readTable } from "./pdf-table.ts";
import { unpackStream } from "./pdf-unpack.ts";

const CATALOG = PDFName.of("Catalog");
/** Where a reader looks for the beginning and for the end (ISO 32000-1, annex H.3). */
const EDGE = 1024;
const LONGEST_CHAIN = 32;

/**
 * A PDF whose objects are read as they are asked for. Broken cross-reference tables are made anew from
 * the objects themselves; what is encrypted with an empty password is deciphered. Nothing that a
 * file says makes it endless: see PdfBudget.
 */
export class PdfFile {
  readonly #bytes: Uint8Array;
  readonly #reader: PdfReader;
  readonly #options: PdfReaderOptions;
  readonly #budget: PdfBudget;
  readonly #objects = new Map<number, PDFObject | undefined>();
  readonly #packed = new Map<number, PdfPacked | undefined>();
  readonly #busy = new Set<number>();
  #table: PdfTable;
  #cipher: PdfCipher | undefined;
  #scanned = false;

  /**
   * Opens a file from its bytes, which are not copied.
   * @throws PdfFault where it is no PDF, ends too early, needs a password or has no catalog
   */
  constructor(file: Uint8Array) {
    const bytes = withoutLeadIn(file);
    this.#bytes = bytes;
    this.#budget = new PdfBudget(bytes.length);
    this.#options = {
      context: PDFContext.create(),
      budget: this.#budget,
      lengthOf: (length) => {
        const value = this.get(length);
        return value instanceof PDFNumber && value.asNumber() >= 0 ? value.asNumber() : undefined;
      },
    };
    this.#reader = new PdfReader(bytes, this.#options);
    this.#table = readTable(this.#source(), startOfTable(bytes));
    this.#decipher();
    if (this.#pageTree() === undefined) this.scan();
  }

  /** Whether the file was so damaged that its objects had to be searched for. */
  get scanned(): boolean {
    return this.#scanned;
  }

  /** The catalog. @throws PdfFault where there is none */
  get catalog(): PDFDict {
    const catalog = this.dict(this.#table.trailer.get(ROOT));
    if (catalog === undefined) throw new PdfFault("has no list of pages");
    return catalog;
  }

  /** Numbers of all objects. */
  numbers(): readonly number[] {
    return [...this.#table.places.keys()];
  }

  /** An object, followed through references; undefined for null and what cannot be read. */
  get(object: PDFObject | undefined): PDFObject | undefined {
    let found = object;
    for (let hops = 0; found instanceof PDFRef; hops += 1) {
      if (hops === LONGEST_CHAIN) return undefined;
      found = this.byNumber(found.objectNumber);
    }
    return found;
  }

  /** A dictionary, followed through references, or undefined. */
  dict(object: PDFObject | undefined): PDFDict | undefined {
    const found = this.get(object);
    return found instanceof PDFDict ? found : undefined;
  }

  /** An array, followed through references, or undefined. */
  array(object: PDFObject | undefined): PDFArray | undefined {
    const found = this.get(object);
    return found instanceof PDFArray ? found : undefined;
  }

  /** The object of a number; undefined where there is none or it cannot be read. */
  byNumber(number: number): PDFObject | undefined {
    if (this.#objects.has(number)) return this.#objects.get(number);
    // Asked for while it is being read: its length is in itself, or its container.
    if (this.#busy.has(number)) return undefined;
    this.#busy.add(number);
    try {
      const object = orNothing(() => this.#read(number));
      this.#objects.set(number, object);
      return object;
    } finally {
      this.#busy.delete(number);
    }
  }

  /** Searches the whole file for its objects, in place of what its tables say; once. */
  scan(): void {
    if (this.#scanned) return;
    this.#scanned = true;
    this.#forget();
    const { trailer, places, containers } = scanObjects(this.#source());
    for (const [key, value] of this.#table.trailer) if (!trailer.has(key)) trailer.set(key, value);
    this.#table = { trailer, places };
    this.#decipher();
    for (const container of containers) {
      for (const number of this.#container(container)?.numbers() ?? []) {
        if (!places.has(number)) places.set(number, { container, index: 0 });
      }
    }
    if (this.#pageTree() !== undefined) return;
    for (const number of this.numbers()) {
      const found = this.byNumber(number);
      if (found instanceof PDFDict && found.get(TYPE) === CATALOG) trailer.set(ROOT, found);
    }
    if (!trailer.has(ROOT)) throw new PdfFault("has no list of pages");
  }

  #read(number: number): PDFObject | undefined {
    const place = this.#table.places.get(number);
    if (place === undefined) return undefined;
    if ("container" in place) return this.#container(place.container)?.get(number);
    const object = this.#reader.objectAt(place.at, number, this.#cipher);
    if (object !== undefined || this.#scanned) return object;
    // The table is wrong: every other line of it may be.
    this.scan();
    return this.#read(number);
  }

  #container(number: number): PdfPacked | undefined {
    if (this.#packed.has(number)) return this.#packed.get(number);
    this.#packed.set(number, undefined);
    const stream = this.byNumber(number);
    if (!(stream instanceof PDFRawStream)) return undefined;
    const packed = orNothing(() => {
      const content = unpackStream(stream, this.#budget, (object) => this.get(object));
      return new PdfPacked(content, stream, this.#options);
    });
    this.#packed.set(number, packed);
    return packed;
  }

  #decipher(): void {
    const { trailer } = this.#table;
    this.#cipher = undefined;
    const encrypt = this.dict(trailer.get(PDFName.of("Encrypt")));
    if (encrypt === undefined) return;
    const id = this.get(this.array(trailer.get(PDFName.of("ID")))?.asArray()[0]);
    const bytes = isText(id) ? id.asBytes() : new Uint8Array(0);
    this.#cipher = PdfCipher.open(encrypt, bytes, (object) => this.get(object));
    this.#forget();
  }

  #forget(): void {
    this.#objects.clear();
    this.#packed.clear();
  }

  #pageTree(): PDFDict | undefined {
    return this.dict(this.dict(this.#table.trailer.get(ROOT))?.get(PAGES));
  }

  #source(): Parameters<typeof readTable>[0] {
    return {
      bytes: this.#bytes,
      reader: this.#reader,
      unpack: (stream) => unpackStream(stream, this.#budget, (object) => this.get(object)),
    };
  }
}

/** Offsets count from the signature, which may stand behind something else. */
function withoutLeadIn(file: Uint8Array): Uint8Array {
  const start = Buffer.from(file.subarray(0, EDGE + 5)).indexOf("%PDF-", 0, "latin1");
  if (start === -1 || start > EDGE) throw new PdfFault("is not a PDF");
  const bytes = file.subarray(start);
  const end = Buffer.from(bytes.subarray(-EDGE)).toString("latin1");
  if (!end.includes("%%EOF") && !end.includes("startxref")) throw new PdfFault("ends too early");
  return bytes;
}

function startOfTable(bytes: Uint8Array): number {
  const end = Buffer.from(bytes.subarray(-2 * EDGE)).toString("latin1");
  const found = /startxref\s{0,20}(\d{1,15})/.exec(
    end.slice(Math.max(0, end.lastIndexOf("startxref"))),
  );
  return found === null ? -1 : Number(found[1]);
}

/** A damaged file has damaged objects: those are not there. */
function orNothing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof PdfFault) throw error;
    return undefined;
  }
}
