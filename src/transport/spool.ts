import { createWriteStream } from "node:fs";
import { createHash, type Hash, randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Transform, type Writable, type TransformCallback } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32 } from "node:zlib";

import type { BodyFile } from "../core/response.ts";
import { beginPart, forgetPart, type PartHead } from "./part-file.ts";
import { type Coding, DecodeError, decodeError, decodedCap, decoders } from "./decode.ts";

/** Where bodies go that are too large for memory. */
export interface SpoolOptions {
  /** Folder of the `.part` files; on the file system of the final names, so that a rename suffices. */
  readonly directory: string;
  /** Encoded bytes from which a body goes to a file. */
  readonly aboveBytes: number;
  /** Largest decoded body in a file. */
  readonly maxBytes: number;
  /** Counted beside the checksum. @default "none" */
  readonly hash?: "sha256" | "none" | undefined;
  /** Whether what came of a body that was cut stays, to be continued. @default "removed" */
  readonly parts?: "kept" | "removed" | undefined;
}

/** Counts what passes, with its CRC-32, and breaks off above a cap that grows with what went in. */
class Cap extends Transform {
  bytes = 0;
  checksum = 0;
  encodedBytes = 0;
  readonly #maxBytes: number;
  readonly #coded: boolean;
  readonly #hash: Hash | undefined;

  constructor({ maxBytes, hash }: SpoolOptions, coded: boolean) {
    super();
    this.#maxBytes = maxBytes;
    this.#hash = hash === "sha256" ? createHash("sha256") : undefined;
    this.#coded = coded;
  }

  /** Of all that passed; to be asked once, at the end. */
  get sha256(): string | undefined {
    return this.#hash?.digest("hex");
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    this.bytes += chunk.byteLength;
    const cap = this.#coded ? decodedCap(this.encodedBytes, this.#maxBytes) : this.#maxBytes;
    if (this.bytes > cap) {
      done(new DecodeError("too-large", `the body grows past ${cap} bytes`));
    } else {
      this.checksum = crc32(chunk, this.checksum);
      this.#hash?.update(chunk);
      done(null, chunk);
    }
  }
}

/**
 * A body on its way to a `.part` file: decoded and counted. Whoever gives the file its name syncs it: the
 * place that is held until the body is whole is not to wait for the disk.
 */
export class Spool {
  readonly #path: string;
  /** Whether its beginning is of use if no more comes. */
  readonly #isPart: boolean;
  readonly #head: Writable;
  readonly #cap: Cap;
  readonly #done: Promise<void>;

  constructor(options: SpoolOptions, codings: readonly Coding[], head: PartHead) {
    const part = options.parts === "kept" ? beginPart(options.directory, head) : undefined;
    this.#isPart = part !== undefined;
    this.#path = part ?? join(options.directory, `${randomUUID()}.part`);
    this.#cap = new Cap(options, codings.length > 0);
    const steps = [...decoders(codings), this.#cap];
    this.#head = steps[0]!;
    const file = createWriteStream(this.#path, {
      flags: this.#isPart ? "w" : "wx",
      mode: 0o600,
    });
    this.#done = pipeline([...steps, file]);
    // Whoever ends the spool awaits this; until then a failure must not count as unhandled.
    this.#done.catch(() => {});
  }

  /** Whether the chunk was taken without the buffers running full. */
  write(chunk: Uint8Array): boolean {
    this.#cap.encodedBytes += chunk.byteLength;
    return this.#head.write(chunk);
  }

  /** Calls back once when more may be written. */
  onceDrained(callback: () => void): void {
    this.#head.once("drain", callback);
  }

  /** Calls back with the first DecodeError, or error of the file system. */
  onceFailed(callback: (error: unknown) => void): void {
    this.#done.catch((error: unknown) => {
      // oxlint-disable-next-line no-callback-in-promise -- it settles an exchange, which throws nothing
      callback(meaningOf(error));
    });
  }

  /**
   * The finished file.
   * @throws DecodeError, or the file system's error.
   */
  async finish(): Promise<BodyFile> {
    this.#head.end();
    try {
      await this.#done;
    } catch (error) {
      await this.discard();
      throw meaningOf(error);
    }
    if (this.#isPart) await forgetPart(this.#path, "its note");
    const { bytes, checksum, sha256 } = this.#cap;
    return { path: this.#path, bytes, checksum, sha256 };
  }

  /** Removes what was written, unless it can be continued. */
  async discard(): Promise<void> {
    this.#head.destroy();
    await this.#done.catch(() => {});
    if (!this.#isPart) await rm(this.#path, { force: true });
  }
}

function meaningOf(error: unknown): unknown {
  return isDiskError(error) ? error : decodeError(error, "saved");
}

/** Whether an error came from the file system rather than from a decoder. */
export function isDiskError(error: unknown): boolean {
  return typeof (error as NodeJS.ErrnoException).syscall === "string";
}
