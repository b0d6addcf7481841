import { crc32, inflateRawSync } from "node:zlib";

/** A record of a WARC as it stands there. */
export interface WarcRecord {
  readonly type: string;
  /** Fields of its head, as they are spelt. */
  readonly fields: ReadonlyMap<string, string>;
  readonly block: Buffer;
  /** Of a block that is an HTTP message: its first line and fields, and what follows them. */
  readonly head: string;
  readonly payload: Buffer;
}

/** Head and trailer of a gzip member without a name (RFC 1952). */
const HEAD_BYTES = 10;
const TRAILER_BYTES = 8;
const BLANK_LINE = "\r\n\r\n";

/**
 * Reads a WARC whose every record is a gzip member of its own, strictly: versions, lengths, ends and
 * checksums are as ISO 28500 and RFC 1952 have them.
 * @throws Error for the first thing that is not
 */
export function readWarc(file: Buffer): readonly WarcRecord[] {
  const records: WarcRecord[] = [];
  for (let at = 0; at < file.byteLength;) {
    if (file.readUInt32LE(at) !== 0x00_08_8b_1f) throw new Error(`no gzip member begins at ${at}`);
    const inflated = inflateRawSync(file.subarray(at + HEAD_BYTES), { info: true });
    const { buffer, engine } = inflated as unknown as {
      readonly buffer: Buffer;
      readonly engine: { readonly bytesWritten: number };
    };
    const trailer = at + HEAD_BYTES + engine.bytesWritten;
    if (file.readUInt32LE(trailer) !== crc32(buffer)) throw new Error(`damaged member at ${at}`);
    records.push(recordOf(buffer));
    at = trailer + TRAILER_BYTES;
  }
  return records;
}

function recordOf(bytes: Buffer): WarcRecord {
  const end = bytes.indexOf(BLANK_LINE);
  const [version, ...lines] = bytes.toString("utf8", 0, end).split("\r\n");
  if (version !== "WARC/1.1") throw new Error(`a record of ${version}`);
  const fields = new Map(lines.map((line) => line.split(/: (.*)/s) as [string, string]));
  const start = end + BLANK_LINE.length;
  const length = Number(fields.get("Content-Length"));
  const block = bytes.subarray(start, start + length);
  if (bytes.toString("latin1", start + length) !== BLANK_LINE) {
    throw new Error(`a record whose block is not ${length} bytes long`);
  }
  const headEnd = block.indexOf(BLANK_LINE);
  return {
    type: fields.get("WARC-Type")!,
    fields,
    block,
    head: block.toString("latin1", 0, headEnd),
    payload: block.subarray(headEnd + BLANK_LINE.length),
  };
}
