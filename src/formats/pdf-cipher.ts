import { createDecipheriv, createHash } from "node:crypto";

import { PDFArray, PDFBool, PDFDict, PDFName, PDFNumber, type PDFObject } from "@cantoo/pdf-lib";

import { PdfFault } from "./pdf-fault.ts";
import { emptyPasswordKey } from "./pdf-key.ts";
import { rc4 } from "./rc4.ts";
import { isText } from "./pdf-reader.ts";
import { TYPE } from "./pdf-names.ts";

type Method = "none" | "rc4" | "aes128" | "aes256";

/** Resolves references: the entries of the encryption dictionary may be indirect. */
type Resolve = (object: PDFObject | undefined) => PDFObject | undefined;

/** Deciphers strings and streams of a file, or of one of its objects (ISO 32000-2, 7.6). */
export class PdfCipher {
  readonly #key: Buffer;
  readonly #methods: { readonly string: Method; readonly stream: Method };
  readonly #plainMetadata: boolean;
  readonly #object: readonly [number: number, generation: number] | undefined;

  private constructor(
    file: { key: Buffer; methods: { string: Method; stream: Method }; plainMetadata: boolean },
    object?: readonly [number, number],
  ) {
    this.#key = file.key;
    this.#methods = file.methods;
    this.#plainMetadata = file.plainMetadata;
    this.#object = object;
  }

  /**
   * The cipher of a file that opens with the empty password, as those do that are only restricted.
   * @throws PdfFault where it needs a password or is encrypted in a way of its own
   */
  static open(encrypt: PDFDict, id: Uint8Array, resolve: Resolve): PdfCipher {
    const entry = (name: string): PDFObject | undefined => resolve(encrypt.get(PDFName.of(name)));
    if (entry("Filter") !== PDFName.of("Standard")) {
      throw new PdfFault("is encrypted for certain readers only");
    }
    const version = numberOf(entry("V")) ?? 0;
    if (version !== 1 && version !== 2 && version !== 4 && version !== 5) {
      throw new PdfFault("is encrypted in a way that is not known");
    }
    const plainMetadata = entry("EncryptMetadata") === PDFBool.False;
    const key = emptyPasswordKey({
      version,
      revision: numberOf(entry("R")) ?? 0,
      keyBits: numberOf(entry("Length")) ?? (version === 4 ? 128 : 40),
      permissions: numberOf(entry("P")) ?? 0,
      owner: bytesOf(entry("O")),
      user: bytesOf(entry("U")),
      userKey: bytesOf(entry("UE")),
      id,
      plainMetadata,
    });
    if (key === undefined) throw new PdfFault("is encrypted with a password");
    const filters = resolve(encrypt.get(PDFName.of("CF")));
    const method = (name: string): Method => {
      if (version < 4) return "rc4";
      const named = entry(name);
      const filter =
        named instanceof PDFName && filters instanceof PDFDict
          ? resolve(filters.get(named))
          : undefined;
      return filter instanceof PDFDict ? methodOf(resolve(filter.get(PDFName.of("CFM")))) : "none";
    };
    return new PdfCipher({
      key,
      methods: { string: method("StrF"), stream: method("StmF") },
      plainMetadata,
    });
  }

  /** The cipher of one object of the file. */
  forObject(number: number, generation: number): PdfCipher {
    const file = { key: this.#key, methods: this.#methods, plainMetadata: this.#plainMetadata };
    return new PdfCipher(file, [number, generation]);
  }

  /** Deciphers a string. */
  string(bytes: Uint8Array): Uint8Array {
    return this.#decipher(bytes, this.#methods.string);
  }

  /** Deciphers a stream, unless it is one of those that stay plain. */
  stream(bytes: Uint8Array, dict: PDFDict): Uint8Array {
    const type = dict.get(TYPE);
    if (type === PDFName.of("XRef")) return bytes;
    if (type === PDFName.of("Metadata") && this.#plainMetadata) return bytes;
    // A stream that names its own filter stays plain: no other than Identity is in use.
    const filter = dict.get(PDFName.of("Filter"));
    const first = filter instanceof PDFArray && filter.size() > 0 ? filter.get(0) : filter;
    if (first === PDFName.of("Crypt")) return bytes;
    return this.#decipher(bytes, this.#methods.stream);
  }

  #decipher(bytes: Uint8Array, method: Method): Uint8Array {
    if (method === "none" || this.#object === undefined) return bytes;
    if (method === "aes256") return aes("aes-256-cbc", this.#key, bytes);
    const [number, generation] = this.#object;
    const low = Buffer.alloc(5);
    low.writeUIntLE(number % 0x1_00_00_00, 0, 3);
    low.writeUIntLE(generation % 0x1_00_00, 3, 2);
    const hash = createHash("md5").update(this.#key).update(low);
    if (method === "aes128") hash.update("sAlT", "latin1");
    const key = hash.digest().subarray(0, Math.min(this.#key.length + 5, 16));
    return method === "rc4" ? rc4(key, bytes) : aes("aes-128-cbc", key, bytes);
  }
}

/** AES in CBC mode, the first block being the initialisation vector; damaged padding stays. */
function aes(algorithm: "aes-128-cbc" | "aes-256-cbc", key: Buffer, bytes: Uint8Array): Uint8Array {
  const whole = bytes.length - (bytes.length % 16);
  if (whole < 32) return new Uint8Array(0);
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, 16)).setAutoPadding(false);
  const plain = Buffer.concat([decipher.update(bytes.subarray(16, whole)), decipher.final()]);
  const padding = plain[plain.length - 1]!;
  return padding >= 1 && padding <= 16 ? plain.subarray(0, plain.length - padding) : plain;
}

function methodOf(name: PDFObject | undefined): Method {
  if (name === PDFName.of("V2")) return "rc4";
  if (name === PDFName.of("AESV2")) return "aes128";
  return name === PDFName.of("AESV3") ? "aes256" : "none";
}

function numberOf(object: PDFObject | undefined): number | undefined {
  return object instanceof PDFNumber ? object.asNumber() : undefined;
}

function bytesOf(object: PDFObject | undefined): Uint8Array {
  return isText(object) ? object.asBytes() : new Uint8Array(0);
}
