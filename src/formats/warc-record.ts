import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

/** A named field of a record's head. */
export type WarcField = readonly [name: string, value: string];

/** Whether each record is a gzip member of its own (ISO 28500:2017, annex D), or stands as it is. */
export type WarcCompression = "gzip" | "none";

/** How the name of a file says that its records are compressed; undefined for what is no WARC. */
export function warcCompressionOf(name: string): WarcCompression | undefined {
  if (/\.warc\.gz$/i.test(name)) return "gzip";
  return /\.warc$/i.test(name) ? "none" : undefined;
}

/** What ends a record after its block. */
export const WARC_END: Uint8Array = Buffer.from("\r\n\r\n");

/** The head of a record of version 1.1, up to its block of so many bytes; line ends in values become spaces. */
export function warcHead(fields: readonly WarcField[], blockBytes: number): Buffer {
  const all: readonly WarcField[] = [...fields, ["Content-Length", String(blockBytes)]];
  const lines = all.map(([name, value]) => `${name}: ${oneLine(value)}\r\n`).join("");
  return Buffer.from(`WARC/1.1\r\n${lines}\r\n`);
}

/** A whole record. */
export function warcRecord(
  fields: readonly WarcField[],
  block: Uint8Array,
  compression: WarcCompression,
): Uint8Array {
  const record = Buffer.concat([warcHead(fields, block.byteLength), block, WARC_END]);
  if (compression === "none") return record;
  // No larger a buffer than it needs: by default each of a million members takes 16 KiB.
  return gzipSync(record, { chunkSize: Math.min(record.byteLength + 64, 16_384) });
}

/** What a WARC says of where it comes from. */
export interface WarcOrigin {
  /** Of fanfetch. */
  readonly version: string;
  /** The run's title. */
  readonly description: string;
  /** Tells this run from every other: the name of the record is made of it. */
  readonly run: string;
  /** When the run began, since the epoch. */
  readonly beganMs: number;
}

/** The name of the `warcinfo` record of a run, the same each time. */
export function warcInfoName({ run }: Pick<WarcOrigin, "run">): string {
  return warcName(`${run} warcinfo`);
}

/** The `warcinfo` record, which stands first. */
export function warcInfoRecord(info: WarcOrigin, compression: WarcCompression): Uint8Array {
  const lines = [
    `software: fanfetch/${info.version}`,
    "format: WARC File Format 1.1",
    "conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
    `description: ${oneLine(info.description)}`,
  ];
  const fields: readonly WarcField[] = [
    ["WARC-Type", "warcinfo"],
    ["WARC-Record-ID", warcInfoName(info)],
    ["WARC-Date", new Date(info.beganMs).toISOString()],
    ["Content-Type", "application/warc-fields"],
  ];
  return warcRecord(fields, Buffer.from(`${lines.join("\r\n")}\r\n`), compression);
}

/** The name of a record made of a text: a UUID (RFC 9562, version 8). */
export function warcName(text: string): string {
  const bytes = createHash("sha256").update(text).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)];
  return `<urn:uuid:${parts.join("-")}-${hex.slice(20)}>`;
}

/** SHA-1 in base 32, which is what readers of WARC files check (annex C of the standard). */
export function warcDigest(...parts: readonly Uint8Array[]): string {
  const hash = createHash("sha1");
  for (const part of parts) hash.update(part);
  return warcDigestOf(hash.digest());
}

/** The 20 bytes of a SHA-1 as a WARC has them. */
export function warcDigestOf(sha1: Uint8Array): string {
  return `sha1:${base32(sha1)}`;
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Base 32 of RFC 4648; 20 bytes need no padding. */
function base32(bytes: Uint8Array): string {
  let text = "";
  let [value, bits] = [0, 0];
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += LETTERS[(value >> (bits - 5)) & 31]!;
  }
  return text;
}

/** A field's value ends with its line. */
function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, " ");
}
