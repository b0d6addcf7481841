import { UsageError } from "../core/usage-error.ts";
import { decodeUtf8, wholeCharacters } from "./utf8.ts";

/** Where bytes come from: a file's stream, standard input, a test's array. */
export type ByteChunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Longest piece that is decoded at once, so that one huge chunk does not become one huge text. */
const PIECE_BYTES = 1 << 20;

/**
 * The text of a stream of bytes, in whole characters, without its byte order mark. UTF-8 is read
 * strictly; a byte order mark of UTF-16 makes it that.
 * @throws UsageError `name:line: …` for bytes that are no text of that encoding.
 */
export async function* readText(chunks: ByteChunks, name: string): AsyncGenerator<string> {
  let decode: ((bytes: Uint8Array, end: "more" | "end") => string) | undefined;
  let start = Buffer.alloc(0);
  for await (const chunk of chunks) {
    for (let offset = 0; offset < chunk.length; offset += PIECE_BYTES) {
      let bytes = chunk.subarray(offset, offset + PIECE_BYTES);
      if (decode === undefined) {
        start = Buffer.concat([start, bytes]);
        if (!tellsEncoding(start)) continue;
        [decode, bytes] = chooseDecoder(start, name);
      }
      const text = decode(bytes, "more");
      if (text !== "") yield text;
    }
  }
  let rest: Uint8Array = new Uint8Array(0);
  if (decode === undefined) [decode, rest] = chooseDecoder(start, name);
  const text = decode(rest, "end");
  if (text !== "") yield text;
}

/**
 * Whether a stream's beginning is enough: four bytes tell every byte order mark, and UTF-16 without one;
 * two are enough where these are neither. A short line is not to wait for the next.
 */
function tellsEncoding(start: Uint8Array): boolean {
  if (start.length >= 4) return true;
  const [first = 0, second = 0] = start;
  return first !== 0 && second !== 0 && ![0xef, 0xfe, 0xff].includes(first);
}

type Decode = (bytes: Uint8Array, end: "more" | "end") => string;

/** The decoder for a stream that begins with these bytes, and the bytes after the mark. */
function chooseDecoder(start: Uint8Array, name: string): [Decode, Uint8Array] {
  if (start[0] === 0xff && start[1] === 0xfe) return [utf16("utf-16le", name), start.subarray(2)];
  if (start[0] === 0xfe && start[1] === 0xff) return [utf16("utf-16be", name), start.subarray(2)];
  if (start[0] === 0x1f && start[1] === 0x8b) {
    throw new UsageError(`${name} is compressed; unpack it first, for example with: gunzip`);
  }
  if (start[0] === 0x50 && start[1] === 0x4b && start[2] === 3 && start[3] === 4) {
    throw new UsageError(`${name} is a ZIP archive, as .xlsx files are; save it as CSV in UTF-8`);
  }
  const zeros = [...start.subarray(0, 4)].map((byte) => (byte === 0 ? "0" : "x")).join("");
  if (zeros === "x0x0" || zeros === "0x0x") {
    throw new UsageError(
      `${name} looks like UTF-16 without a byte order mark; save it as UTF-8, for example with: iconv -f UTF-16LE -t UTF-8`,
    );
  }
  const marked = start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf;
  return [utf8(name), marked ? start.subarray(3) : start];
}

function utf8(name: string): Decode {
  let held = Buffer.alloc(0);
  let line = 1;
  let before = "";
  return (bytes, end) => {
    const all = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
    const whole = end === "end" ? all.length : wholeCharacters(all);
    held = Buffer.from(all.subarray(whole));
    const text = decodeUtf8(all.subarray(0, whole), "keep");
    if (typeof text !== "string") {
      const byte = text.byte.toString(16).toUpperCase().padStart(2, "0");
      throw new UsageError(
        `${name}:${line + text.line - 1}: byte ${byte} is not UTF-8; if the file is Windows-1252, convert it with: iconv -f WINDOWS-1252 -t UTF-8`,
      );
    }
    line += lineBreaks(text, before);
    before = text;
    return text;
  };
}

function utf16(encoding: "utf-16le" | "utf-16be", name: string): Decode {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  let line = 1;
  let before = "";
  return (bytes, end) => {
    try {
      const text = decoder.decode(bytes, { stream: end === "more" });
      line += lineBreaks(text, before);
      before = text;
      return text;
    } catch {
      throw new UsageError(`${name}: from line ${line} on, this is not ${encoding.toUpperCase()}`);
    }
  };
}

/** Line breaks of a text that goes on after `before`: a CRLF may be cut in two. */
function lineBreaks(text: string, before: string): number {
  let count = before.endsWith("\r") && text.startsWith("\n") ? -1 : 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count += 1;
  for (let at = text.indexOf("\r"); at !== -1; at = text.indexOf("\r", at + 1)) {
    if (text.charCodeAt(at + 1) !== 0x0a) count += 1;
  }
  return count;
}
