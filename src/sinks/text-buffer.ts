import { crc32 } from "node:zlib";

import type { Clock } from "../core/clock.ts";
import type { ByteOutput } from "./byte-output.ts";

/** Text is written in pieces of at least this many characters while plenty comes. */
const CHUNK_LENGTH = 64 * 1024;

/** Above so many characters the caller waits for the output. */
const MOST_HELD_LENGTH = 1024 * 1024;

/** Memory for encoded text is used again, up to so much of it at a time and twice. */
const MOST_SPARE_BYTES = 1024 * 1024;
const MOST_SPARES = 2;

/** How a buffer begins. */
export interface TextBufferOptions {
  /** What the output holds already. */
  readonly before: CountedBytes;
  /** Characters held at most before the caller waits. @default 1 MiB of them */
  readonly mostHeldLength?: number | undefined;
}

/** How long text may lie when little comes: somebody may be watching. */
const LONGEST_REST_MS = 100;

/** So many bytes, and their CRC-32. */
export interface CountedBytes {
  readonly bytes: number;
  readonly checksum: number;
}

/**
 * Gathers small texts to large writes, one at a time, in order; what rests 100 ms goes out too. After
 * the first refusal of the output everything is refused with the same error.
 */
export class TextBuffer {
  readonly #output: ByteOutput;
  readonly #clock: Clock;
  #text = "";
  /** Text that was cut off, encoded: before all of `#text`. */
  readonly #pieces: Uint8Array<ArrayBuffer>[] = [];
  readonly #spares: Buffer<ArrayBuffer>[] = [];
  #waiting: { readonly position: number; readonly resolve: () => void }[] = [];
  #writing = false;
  #timer: Disposable | undefined;
  #failure: { readonly error: unknown } | undefined;
  readonly #mostHeldLength: number;
  #encoded: number;
  #checksum: number;
  #written: number;

  constructor(output: ByteOutput, clock: Clock, options: TextBufferOptions) {
    const { before, mostHeldLength = MOST_HELD_LENGTH } = options;
    this.#mostHeldLength = mostHeldLength;
    this.#output = output;
    this.#clock = clock;
    this.#encoded = this.#written = before.bytes;
    this.#checksum = before.checksum;
  }

  /** Bytes that the output has, those from before among them. */
  get written(): number {
    return this.#written;
  }

  /** Takes whole records; gives a promise only when the caller has to wait. */
  append(text: string): Promise<void> | void {
    if (this.#failure !== undefined) throw this.#failure.error;
    this.#text += text;
    if (this.#text.length < CHUNK_LENGTH) {
      this.#timer ??= this.#clock.after(LONGEST_REST_MS, this.#onRested);
      return;
    }
    this.#start();
    if (this.#text.length >= this.#mostHeldLength) return this.flush();
  }

  /** Everything taken so far is on its way, apart from what comes after; tells what the output will hold then. */
  cut(): CountedBytes {
    this.stop();
    if (this.#text !== "") this.#pieces.push(this.#encode());
    this.#start();
    return { bytes: this.#encoded, checksum: this.#checksum };
  }

  /** The output has so many bytes; that many were cut or are being written. */
  async reach(position: number): Promise<void> {
    if (this.#failure === undefined && this.#written < position) {
      const reached = Promise.withResolvers<void>();
      this.#waiting.push({ position, resolve: reached.resolve });
      await reached.promise;
    }
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Everything taken so far is with the output. */
  flush(): Promise<void> {
    return this.reach(this.cut().bytes);
  }

  /** Leaves no timer behind. */
  stop(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  readonly #onRested = (): void => {
    this.#timer = undefined;
    if (this.#failure === undefined) this.cut();
  };

  #encode(): Uint8Array<ArrayBuffer> {
    const length = Buffer.byteLength(this.#text);
    const spare = this.#spares.findIndex((one) => one.byteLength >= length);
    const room = spare === -1 ? roomFor(length) : this.#spares.splice(spare, 1)[0]!;
    const bytes = room.subarray(0, room.write(this.#text));
    this.#text = "";
    this.#encoded += bytes.byteLength;
    this.#checksum = crc32(bytes, this.#checksum);
    return bytes;
  }

  /** A file has what was written to it; what a stream has, it may still be passing on. */
  #takeBack({ buffer }: Uint8Array<ArrayBuffer>): void {
    const isOfUse = this.#output.kind === "file" && buffer.byteLength <= MOST_SPARE_BYTES;
    if (isOfUse && this.#spares.length < MOST_SPARES) this.#spares.push(Buffer.from(buffer));
  }

  #start(): void {
    if (!this.#writing && this.#failure === undefined) void this.#write();
  }

  /** What goes out next: what was cut first, then text where it is enough for a piece. */
  #next(): Uint8Array<ArrayBuffer> | undefined {
    return this.#pieces.shift() ?? (this.#text.length >= CHUNK_LENGTH ? this.#encode() : undefined);
  }

  /** Never rejects: nobody may be waiting. */
  async #write(): Promise<void> {
    this.#writing = true;
    try {
      for (let bytes = this.#next(); bytes !== undefined; bytes = this.#next()) {
        await this.#output.write(bytes);
        this.#written += bytes.byteLength;
        this.#takeBack(bytes);
        if (this.#waiting.length > 0) this.#wake();
      }
    } catch (error) {
      this.#failure = { error };
      this.#text = "";
      this.#pieces.length = 0;
      this.stop();
      this.#wake();
    } finally {
      this.#writing = false;
    }
  }

  /** Lets those go on whose bytes are out, after a failure all. */
  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const one of waiting) {
      if (one.position <= this.#written || this.#failure !== undefined) one.resolve();
      else this.#waiting.push(one);
    }
  }
}

/** Whole chunks, so that what was made for one text is large enough for the next. */
function roomFor(bytes: number): Buffer<ArrayBuffer> {
  return Buffer.allocUnsafeSlow(Math.ceil(bytes / CHUNK_LENGTH + 1) * CHUNK_LENGTH);
}
