import { isAscii, isUtf8 } from "node:buffer";

const STRICT = new TextDecoder("utf-8", { fatal: true });
const KEEPING_MARK = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const SHORT_BYTES = 4_096;

/** Where bytes stop being UTF-8: line and column (in characters) from 1, and the byte that stands there. */
export interface Utf8Fault {
  readonly line: number;
  readonly column: number;
  readonly byte: number;
}

/** The text of UTF-8 bytes, without a byte order mark at their start unless it is to be kept; or where they are none. */
export function decodeUtf8(bytes: Uint8Array, mark: "drop" | "keep" = "drop"): string | Utf8Fault {
  // Most answers are short and ASCII: telling that and copying costs half of decoding.
  if (bytes.byteLength < SHORT_BYTES && isAscii(bytes)) {
    const { buffer, byteOffset, byteLength } = bytes;
    const ascii = bytes instanceof Buffer ? bytes : Buffer.from(buffer, byteOffset, byteLength);
    return ascii.toString("latin1");
  }
  try {
    return (mark === "drop" ? STRICT : KEEPING_MARK).decode(bytes);
  } catch {
    return findFault(bytes);
  }
}

/** Length of the longest prefix that ends with a whole character: a stream's rest waits for its next chunk. */
export function wholeCharacters(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let back = 1; back <= Math.min(3, length); back += 1) {
    const byte = bytes[length - back]!;
    if (byte < 0x80) return length;
    if (byte >= 0xc0) {
      return characterLength(byte) > back ? length - back : length;
    }
  }
  return length;
}

function findFault(bytes: Uint8Array): Utf8Fault {
  let position = 0;
  while (position < bytes.length) {
    const length = characterLength(bytes[position]!);
    if (length > 1 && !isUtf8(bytes.subarray(position, position + length))) break;
    position += length;
  }
  const lines = STRICT.decode(bytes.subarray(0, position)).split(/\r\n|\n|\r/);
  return { line: lines.length, column: lines.at(-1)!.length + 1, byte: bytes[position]! };
}

/** Bytes of the character that `lead` begins; two for what begins none, which is then no UTF-8. */
function characterLength(lead: number): number {
  if (lead < 0x80) return 1;
  return lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
}
