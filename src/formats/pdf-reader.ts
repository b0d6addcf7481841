import {
  type PDFArray,
  type PDFContext,
  PDFDict,
  PDFHexString,
  type PDFName,
  type PDFObject,
  PDFObjectParser,
  PDFRawStream,
  type PDFRef,
  type PDFStream,
  PDFString,
} from "@cantoo/pdf-lib";

import type { PdfCipher } from "./pdf-cipher.ts";
import type { PdfBudget } from "./pdf-fault.ts";
import { LENGTH } from "./pdf-names.ts";

const DEEPEST = 100;
/** What a dictionary or an array costs. */
const LARGE = 8;
const [SPACE, NEWLINE, RETURN] = [0x20, 0x0a, 0x0d];
const [MINUS, PLUS, POINT, ZERO, NINE] = [0x2d, 0x2b, 0x2e, 0x30, 0x39];
const [OBJ, STREAM, ENDSTREAM] = ["obj", "stream", "endstream"].map((word) => [
  ...Buffer.from(word),
]) as [number[], number[], number[]];

/** What a reader has to know beyond the bytes. */
export interface PdfReaderOptions {
  readonly context: PDFContext;
  readonly budget: PdfBudget;
  /** The value of a stream's /Length, which may be a reference; undefined where there is none. */
  readonly lengthOf: (length: PDFObject | undefined) => number | undefined;
}

/**
 * Reads single objects out of the bytes of a PDF (ISO 32000-1, 7.3): numbers without complaints on
 * the console, streams without copies, nesting and work bounded.
 */
export class PdfReader extends PDFObjectParser {
  readonly #all: Uint8Array;
  readonly #options: PdfReaderOptions;
  #depth = 0;
  #cipher: PdfCipher | undefined;

  constructor(all: Uint8Array, options: PdfReaderOptions) {
    super(PDFObjectParser.forBytes(all, options.context)["bytes"], options.context);
    this.#all = all;
    this.#options = options;
  }

  /**
   * The object that stands, with its header (`12 0 obj`), at an offset; undefined where another or
   * none stands there. Strings and streams are deciphered.
   */
  objectAt(offset: number, number?: number, cipher?: PdfCipher): PDFObject | undefined {
    if (offset < 0 || offset >= this.#all.length) return undefined;
    this.bytes.moveTo(offset);
    let found: number;
    let generation: number;
    try {
      this.skipWhitespaceAndComments();
      found = this.parseRawInt();
      this.skipWhitespaceAndComments();
      generation = this.parseRawInt();
      this.skipWhitespaceAndComments();
    } catch {
      return undefined;
    } finally {
      this.#options.budget.spendBytes(this.bytes.offset() - offset);
    }
    if (!this.matchKeyword(OBJ) || (number !== undefined && found !== number)) return undefined;
    // Reading a stream reads its length, with this reader, from somewhere else.
    const outer = this.#cipher;
    this.#cipher = cipher?.forObject(found, generation);
    try {
      return this.valueAt(this.bytes.offset());
    } finally {
      this.#cipher = outer;
    }
  }

  /** The value at an offset, without a header. @throws the errors of the parser, and PdfFault */
  valueAt(offset: number): PDFObject {
    const outer = this.#depth;
    this.#depth = 0;
    this.bytes.moveTo(offset);
    try {
      return this.parseObject();
    } finally {
      this.#depth = outer;
      this.#options.budget.spendBytes(Math.max(0, this.bytes.offset() - offset));
    }
  }

  /** Where reading stopped. */
  get offset(): number {
    return this.bytes.offset();
  }

  /** The next whole number from an offset on, or undefined. */
  integerAt(offset: number): number | undefined {
    this.bytes.moveTo(offset);
    try {
      this.skipWhitespaceAndComments();
      return this.parseRawInt();
    } catch {
      return undefined;
    }
  }

  override parseObject(): PDFObject {
    this.#options.budget.spendValue(1);
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new SyntaxError("nested too deeply");
    const object = super.parseObject();
    this.#depth -= 1;
    return object;
  }

  protected override parseRawNumber(): number {
    const start = this.bytes.offset();
    while (!this.bytes.done() && isNumeric(this.bytes.peek())) this.bytes.next();
    const end = this.bytes.offset();
    if (end === start) throw new SyntaxError("a number without digits");
    const text = Buffer.from(this.#all.subarray(start, Math.min(end, start + 400))).toString(
      "latin1",
    );
    // Some writers double the sign, or leave digits away: readers take such numbers as they can.
    const value = Number.parseFloat(text.replace(/^([+-])[+-]+/, "$1"));
    if (!Number.isFinite(value)) return 0;
    return Math.min(Math.max(value, -Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
  }

  protected override parseHexString(): PDFHexString {
    const string = super.parseHexString();
    return this.#cipher === undefined ? string : this.#decipher(string.asBytes());
  }

  protected override parseString(): PDFString {
    const string = super.parseString();
    if (this.#cipher === undefined) return string;
    // As hexadecimal: deciphered bytes would need escapes. Both kinds are read by the same methods.
    return this.#decipher(string.asBytes()) as PDFObject as PDFString;
  }

  protected override parseDictOrStream(): PDFDict | PDFStream {
    const dict = this.parseDict();
    this.skipWhitespaceAndComments();
    if (!this.matchKeyword(STREAM)) return dict;
    const contents = this.#streamBytes(dict);
    return PDFRawStream.of(dict, this.#cipher?.stream(contents, dict) ?? contents);
  }

  protected override parseArray(): PDFArray {
    this.#options.budget.spendValue(LARGE);
    return super.parseArray();
  }

  protected override parseDict(ref?: PDFRef): PDFDict {
    this.#options.budget.spendValue(LARGE);
    // The library makes pages and catalogs classes of their own; here all dictionaries are equal.
    const special = super.parseDict(ref);
    if (special.constructor === PDFDict) return special;
    return PDFDict.fromMapWithContext(special.asMap(), this.context);
  }

  /** The bytes after `stream`: /Length of them where `endstream` follows, else up to the next one. */
  #streamBytes(dict: PDFDict): Uint8Array {
    if (this.bytes.peek() === SPACE) this.bytes.next();
    if (this.bytes.peek() === RETURN) this.bytes.next();
    if (this.bytes.peek() === NEWLINE) this.bytes.next();
    const start = this.bytes.offset();
    const length = this.#options.lengthOf(dict.get(LENGTH));
    if (length !== undefined && start + length <= this.#all.length) {
      this.bytes.moveTo(start + length);
      this.skipWhitespace();
      if (this.matchKeyword(ENDSTREAM)) return this.#all.subarray(start, start + length);
    }
    const all = Buffer.from(this.#all.buffer, this.#all.byteOffset, this.#all.byteLength);
    const end = all.indexOf("endstream", start, "latin1");
    // Searching costs, and may find nothing again and again.
    this.#options.budget.spendBytes((end === -1 ? all.length : end) - start);
    if (end === -1) throw new SyntaxError("a stream without an end");
    this.bytes.moveTo(end + ENDSTREAM.length);
    const cut = all[end - 1] === NEWLINE ? (all[end - 2] === RETURN ? 2 : 1) : 0;
    return this.#all.subarray(start, Math.max(start, end - cut));
  }

  #decipher(bytes: Uint8Array): PDFHexString {
    return PDFHexString.fromBytes(this.#cipher!.string(bytes));
  }
}

function isNumeric(byte: number): boolean {
  return (byte >= ZERO && byte <= NINE) || byte === POINT || byte === MINUS || byte === PLUS;
}

/** The text or the bytes that a string stands for. */
export type PdfText = PDFString | PDFHexString;

/** Whether an object is a string of either kind. */
export function isText(object: PDFObject | undefined): object is PdfText {
  return object instanceof PDFString || object instanceof PDFHexString;
}

/** A key that tells names and strings apart by their bytes. */
export function keyOf(object: PDFName | PdfText): string {
  return Buffer.from(object.asBytes()).toString("latin1");
}
