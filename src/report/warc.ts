import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

import { JournalError } from "../queue/journal-format.ts";
import { mediaTypeOf, urlOf } from "./outcome-columns.ts";
import type { OutcomeRow } from "./outcome-rows.ts";

/** Bodies that a run kept, by their number. */
export interface KeptBodies {
  get(id: number): Uint8Array | undefined;
}

/** What a WARC says of where it comes from. */
export interface WarcOptions {
  readonly version: string;
  /** The run's title. */
  readonly description: string;
  /** Tells this run from every other: names of records are made of it, the same in each export. */
  readonly run: string;
  /** When the run began, since the epoch. */
  readonly beganMs: number;
  readonly bodies: KeptBodies;
}

/**
 * A WARC 1.1 file (ISO 28500:2017), each record a gzip member of its own: `warcinfo`, then a `resource`
 * for each row that `isInWarc`. A `response` would be the answer as it was sent, which no run keeps:
 * bodies are decoded, and secrets are left out of header fields.
 * URLs are without secrets; the same run gives the same bytes each time.
 * @throws JournalError for a body that is gone, what `bodies` throws for a damaged one, and TypeError for
 * a row of which no URL is known.
 */
export async function* warcRecords(
  rows: AsyncIterable<OutcomeRow>,
  { version, description, run, beganMs, bodies }: WarcOptions,
): AsyncGenerator<Uint8Array> {
  const about = [
    `software: fanfetch/${version}`,
    "format: WARC File Format 1.1",
    "conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
    `description: ${oneLine(description)}`,
  ];
  const infoId = recordId(`${run} warcinfo`);
  yield member(
    [
      ["WARC-Type", "warcinfo"],
      ["WARC-Record-ID", infoId],
      ["WARC-Date", new Date(beganMs).toISOString()],
      ["Content-Type", "application/warc-fields"],
    ],
    Buffer.from(`${about.join("\r\n")}\r\n`),
  );
  for await (const row of rows) {
    const { record, detail } = row;
    if (!isInWarc(row)) continue;
    const body = bodies.get(record.kept);
    if (body === undefined) throw new JournalError(`the kept answer of row ${record.row} is gone`);
    const url = detail?.redirects?.at(-1) ?? urlOf(row);
    if (url === undefined) throw new TypeError(`no URL is known of row ${record.row}`);
    yield member(
      [
        ["WARC-Type", "resource"],
        ["WARC-Record-ID", recordId(`${run} ${record.row}`)],
        ["WARC-Warcinfo-ID", infoId],
        ["WARC-Date", new Date(record.atMs).toISOString()],
        ["WARC-Target-URI", oneLine(url)],
        ["WARC-Block-Digest", digest(body)],
        ["Content-Type", oneLine(mediaTypeOf(detail) ?? "application/octet-stream")],
      ],
      body,
    );
  }
}

/** Whether the row has an answer of its own that was kept. */
export function isInWarc({ record }: OutcomeRow): boolean {
  return record.kept !== 0 && record.kind === "answered" && !record.duplicate;
}

type Field = readonly [string, string];

function member(fields: readonly Field[], block: Uint8Array): Uint8Array {
  const all: readonly Field[] = [...fields, ["Content-Length", String(block.byteLength)]];
  const head = all.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const record = Buffer.concat([Buffer.from(`WARC/1.1\r\n${head}\r\n`), block, END]);
  // No larger a buffer than it needs: by default each of a million members takes 16 KiB.
  return gzipSync(record, { chunkSize: Math.min(record.byteLength + 64, 16_384) });
}

const END = Buffer.from("\r\n\r\n");

/** A UUID made of a name (RFC 9562, version 8). */
function recordId(name: string): string {
  const bytes = createHash("sha256").update(name).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)];
  return `<urn:uuid:${parts.join("-")}-${hex.slice(20)}>`;
}

/** SHA-1 in base 32, which is what readers of WARC files check (annex C of the standard). */
function digest(bytes: Uint8Array): string {
  return `sha1:${base32(createHash("sha1").update(bytes).digest())}`;
}

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

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** A field's value ends with its line. */
function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, " ");
}
