import { open } from "node:fs/promises";

import { PdfFault } from "../formats/pdf-fault.ts";
import type { Chapter } from "./book.ts";
import { reasonOf } from "./output-error.ts";

/** Reads chapters one after the other, all into the same memory. */
export class ChapterShelf {
  readonly #most: number;
  #buffer = Buffer.alloc(0);

  /** @param most bytes of the largest file that is read */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * The bytes of a chapter's file, until the next is read.
   * @throws PdfFault where there is no file, it is too large or cannot be read
   */
  async read({ source }: Chapter): Promise<Uint8Array> {
    if ("missing" in source) throw new PdfFault(`is missing: ${source.missing}`);
    try {
      return await this.#readFile(source.file);
    } catch (error) {
      if (error instanceof PdfFault) throw error;
      throw new PdfFault(`cannot be read: ${reasonOf(error)}`, { cause: error });
    }
  }

  async #readFile(path: string): Promise<Uint8Array> {
    await using handle = await open(path);
    const { size } = await handle.stat();
    if (size > this.#most) {
      throw new PdfFault(`is larger than a chapter may be: ${size} of ${this.#most} bytes`);
    }
    if (size > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(size);
    let read = 0;
    while (read < size) {
      const { bytesRead } = await handle.read(this.#buffer, read, size - read, read);
      if (bytesRead === 0) break;
      read += bytesRead;
    }
    return this.#buffer.subarray(0, read);
  }
}
