import { hash } from "node:crypto";

/** Longest name of a file on the file systems of our days: ext4, APFS, NTFS (there UTF-16 units). */
const LONGEST_NAME_BYTES = 255;

/** Names that Windows gives to devices, whatever the extension and the case; and two that Explorer obeys. */
const RESERVED = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$) *(?:\.|$)/i;
const OBEYED = /^(?:desktop\.ini|autorun\.inf)$/i;

/**
 * What no name may hold: separators and wildcards of any platform, C0, DEL, C1, U+2028/9, and what is
 * invisible or turns the text around: bidi marks, zero-width space, soft hyphen, byte order mark, tags.
 * The joiners U+200C and U+200D stay: Persian names and family emoji are spelled with them. Written out
 * rather than as a Unicode property, so that no Node version names a file differently.
 */
const FORBIDDEN =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class
  /[\u0000-\u001f\u007f-\u009f"*/:<>?\\|\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\uffff\u{e0000}-\u{e0fff}]+/gu;

/**
 * One file name from any text, the same on every platform and on every run: Unicode NFC, no separator,
 * never `.`, `..`, a dotfile or a device name, no leading dash or tilde, no outer blanks or dots, nothing
 * invisible, at most 255 bytes of UTF-8, its extension kept. A text that already is such a name stays
 * as it is. Any other carries a tag made from all of it (`AC_DC~k3x90a.json`), so that two different
 * texts never become one name by being cleaned or shortened; texts that are equal in NFC do.
 */
export function safeFileName(name: string): string {
  const wanted = name.toWellFormed().normalize("NFC");
  let safe = wanted.replace(FORBIDDEN, "_");
  safe = safe.replace(/^(?:[\s.~-]|\u200c|\u200d)+/, "_");
  safe = safe.slice(0, endOfName(safe));
  if (safe === "") safe = "_";
  if (RESERVED.test(safe) || OBEYED.test(safe)) safe = `_${safe}`;
  // Ill-formed text is told by the original: two lone surrogates must not meet in one U+FFFD.
  if (safe === wanted && name.isWellFormed() && fits(safe)) return safe;
  return taggedName(safe, name);
}

/**
 * A safe relative path, `/` between its folders. In a text every `/` separates; a list gives the parts
 * themselves, so that a `/` within a value is only a character of a name. Empty parts and `.` vanish,
 * `..` becomes a name like any other: the path never leaves the folder it is taken in.
 */
export function safeRelativePath(path: string | readonly string[]): string {
  const parts = typeof path === "string" ? path.split("/") : path;
  const names = parts.filter((part) => part !== "" && part !== ".").map(safeFileName);
  return names.length === 0 ? safeFileName("") : names.join("/");
}

/**
 * A safe name with a tag before its extension, made from `source` alone: `name~a1b2c3.json`, shortened
 * where it must be. The tag is 30 bits of SHA-256.
 */
export function taggedName(safe: string, source: string): string {
  const extension = /(?:\.tar)?\.[A-Za-z0-9]{1,16}$/.exec(safe)?.[0] ?? "";
  const tag = `~${tagOf(source)}${extension}`;
  const stem = safe.slice(0, safe.length - extension.length);
  return shortened(stem === "" ? "_" : stem, LONGEST_NAME_BYTES - Buffer.byteLength(tag)) + tag;
}

/**
 * A key that is equal for names which some file system takes for one: differing only by case or by
 * Unicode form, compatibility forms and ignorable characters included. For comparing, not for writing.
 */
export function collisionKey(name: string): string {
  const visible = name.normalize("NFKC").replace(/\p{Default_Ignorable_Code_Point}/gu, "");
  // Upper case unites more than lower case does: ß and ss, the Kelvin sign and k, ς and σ.
  return visible.toLowerCase().toUpperCase().normalize("NFKC");
}

function fits(name: string): boolean {
  return name.length * 3 <= LONGEST_NAME_BYTES || Buffer.byteLength(name) <= LONGEST_NAME_BYTES;
}

/** Where the name ends without its last blanks and dots; not by a regex, which would look from each. */
function endOfName(name: string): number {
  let end = name.length;
  while (end > 0 && /[\s.]|\u200c|\u200d/.test(name[end - 1]!)) end -= 1;
  return end;
}

/** The longest beginning of whole code points within `limit` bytes, without blanks and dots at its end. */
function shortened(text: string, limit: number): string {
  if (Buffer.byteLength(text) <= limit) return text;
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > limit) break;
    end += character.length;
  }
  const cut = text.slice(0, end);
  return cut.slice(0, endOfName(cut));
}

const TAG_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";

/** Six base-32 digits (Crockford's) of the text's SHA-256, its UTF-16 units hashed. */
function tagOf(source: string): string {
  const digest = hash("sha256", Buffer.from(source, "utf16le"), "buffer");
  return Array.from(digest.subarray(0, 6), (byte) => TAG_DIGITS[byte & 31]).join("");
}
