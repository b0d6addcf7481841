import { isAscii } from "node:buffer";

import { decodeBuffer, getEncoding, type SnifferOptions } from "encoding-sniffer";

/** How far a page is searched for what it says of its encoding: the standard's first step, and as far as a head goes. */
const FIRST_BYTES = 1024;
const HEAD_BYTES = 16 * 1024;

/** The text of an HTML page, decoded as `encodingOf` tells, malformed bytes replaced. */
export function decodeHtml(bytes: Uint8Array, contentType: string | undefined): string {
  const buffer = asBuffer(bytes);
  const label = labelOf(contentType)?.toLowerCase();
  // Sniffing costs more than decoding does, and most pages are the same text in every encoding that they may be in.
  if (isPlain(buffer) && (label === undefined || ASCII_LABELS.has(label))) {
    return buffer.toString("latin1");
  }
  return decodeBuffer(buffer, sniffing(bytes, contentType));
}

/** Labels under which ASCII is ASCII. */
const ASCII_LABELS = new Set(["utf-8", "utf8", "us-ascii", "iso-8859-1", "windows-1252"]);

/** ASCII without what may mean something else: the shifts of ISO-2022-JP, the zeros of UTF-16. */
function isPlain(buffer: Buffer): boolean {
  return isAscii(buffer) && !buffer.includes(0x1b) && !buffer.includes(0x00);
}

/**
 * The name of a page's encoding (WHATWG Encoding), in small letters: from the byte order mark, the
 * Content-Type field, or what the page says of itself in its first 1024 bytes or up to its body, where a
 * browser would begin anew (HTML §13.2.3); windows-1252 where none of them tells.
 */
export function encodingOf(bytes: Uint8Array, contentType: string | undefined): string {
  return getEncoding(asBuffer(bytes), sniffing(bytes, contentType)).toLowerCase();
}

function sniffing(bytes: Uint8Array, contentType: string | undefined): SnifferOptions {
  const label = labelOf(contentType);
  if (label !== undefined) return { maxBytes: FIRST_BYTES, transportLayerEncodingLabel: label };
  const head = asBuffer(bytes.subarray(0, HEAD_BYTES)).toString("latin1");
  const body = head.search(/<body[\s>]/i);
  return { maxBytes: body === -1 ? HEAD_BYTES : Math.max(FIRST_BYTES, body) };
}

function labelOf(contentType: string | undefined): string | undefined {
  return /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType ?? "")?.[1];
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
