import { crc32 } from "node:zlib";

import type { ByteOutput } from "./byte-output.ts";
import type { Standing } from "./sink.ts";

/** Bytes are written in pieces of at least this length while plenty comes. */
const CHUNK_BYTES = 64 * 1024;

/** Gathers bytes to large writes, and counts them. One call at a time. */
export class CountedOutput {
  readonly #output: ByteOutput;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #bytes: number;
  #checksum: number;

  constructor(output: ByteOutput, before: Pick<Standing, "bytes" | "checksum">) {
    this.#output = output;
    this.#bytes = before.bytes;
    this.#checksum = before.checksum;
  }

  /** Bytes that were put, those from before among them. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Where the output stands once it was flushed. */
  get standing(): Standing {
    return { bytes: this.#bytes, checksum: this.#checksum, columns: undefined };
  }

  /** @throws DiskError, ClosedPipe */
  async put(bytes: Uint8Array): Promise<void> {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.byteLength;
    this.#bytes += bytes.byteLength;
    this.#checksum = crc32(bytes, this.#checksum);
    if (this.#waitingBytes >= CHUNK_BYTES) await this.flush();
  }

  /** Everything that was put is with the output. @throws DiskError, ClosedPipe */
  async flush(): Promise<void> {
    if (this.#waitingBytes === 0) return;
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    await this.#output.write(bytes);
  }
}
