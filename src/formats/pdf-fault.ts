/** Why a PDF cannot be read, in words that go on after the name of the file: `is encrypted …`. */
export class PdfFault extends Error {
  override readonly name = "PdfFault";
}

/**
 * What reading one file may cost. A small file can ask for endless work: objects that share their
 * bytes, streams that unpack to gigabytes.
 */
export class PdfBudget {
  #values: number;
  #bytes: number;
  #unpacked: number;

  /** @param fileBytes size of the file */
  constructor(fileBytes: number) {
    this.#values = 4_000_000 + fileBytes / 8;
    this.#bytes = 4 * 2 ** 20 + 8 * fileBytes;
    this.#unpacked = Math.min(512 * 2 ** 20, 64 * 2 ** 20 + 4 * fileBytes);
  }

  /**
   * A value was read: a number and a name cost 1, what takes as much memory as eight of them costs 8.
   * @throws PdfFault when there were too many
   */
  spendValue(cost: number): void {
    this.#values -= cost;
    if (this.#values < 0) throw excess();
  }

  /** Bytes were read, perhaps not for the first time. @throws PdfFault when there were too many */
  spendBytes(bytes: number): void {
    this.#bytes -= bytes;
    if (this.#bytes < 0) throw excess();
  }

  /** Bytes that may still be unpacked from object and cross-reference streams. */
  get unpackable(): number {
    return this.#unpacked;
  }

  /** A stream was unpacked, and can be read as the file's own bytes can. */
  spendUnpacked(bytes: number): void {
    this.#unpacked -= bytes;
    this.#values += bytes / 8;
    this.#bytes += 8 * bytes;
  }
}

function excess(): PdfFault {
  return new PdfFault("asks for more work than a file of its size should");
}
