/**
 * Everything that changes how other text is shown instead of being shown: C0, DEL, C1 (`Cc`), format
 * characters such as bidi overrides, zero-width ones and tags (`Cf`), line and paragraph separators,
 * lone surrogates, and the fillers and variation selectors that are letters only in name.
 */
const HIDDEN =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\ufff0-\ufff8\u{e0000}-\u{e0fff}]/gu;

/** Emoji such as families and flags join their parts by these: harmless between pictures. */
const JOINED_PICTURE =
  /(?<=[\p{Extended_Pictographic}\ufe0f\p{Emoji_Modifier}])\u200d(?=\p{Extended_Pictographic})/gu;

/** Text that needs no look: printable ASCII. */
const PLAIN = /^[ -~]*$/;

/**
 * Text from a server or a row as it may be shown on a terminal, in a log line or in an error: what
 * would move the cursor, change colours, forge a line or reorder letters becomes a visible escape
 * (`\x1b`, `\u202e`, `\n`); all else, combining marks and joined emoji included, stays.
 */
export function visible(text: string): string {
  if (PLAIN.test(text) || text.search(HIDDEN) === -1) return text;
  const joints = new Set<number>();
  for (const joint of text.matchAll(JOINED_PICTURE)) joints.add(joint.index);
  return text.replace(HIDDEN, (character: string, position: number) =>
    joints.has(position) ? character : escaped(character),
  );
}

const SHORT: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

function escaped(character: string): string {
  const short = SHORT.get(character);
  if (short !== undefined) return short;
  const code = character.codePointAt(0)!;
  const digits = code.toString(16);
  if (code <= 0xff) return `\\x${digits.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${digits.padStart(4, "0")}` : `\\u{${digits}}`;
}

/**
 * A URL in at most `width` characters, made visible: what is left out in the middle of path and query
 * is an ellipsis. The host is never shortened, so the result may be wider than `width` where the host is.
 */
export function shortenUrl(url: string, width: number): string {
  const shown = visible(url);
  if (shown.length <= width) return shown;
  const origin = /^(?:[a-z][a-z0-9+.-]*:)?\/\/[^/?#]*/i.exec(shown)?.[0] ?? "";
  const rest = shown.slice(origin.length);
  if (rest.length <= 2) return shown;
  const room = Math.max(2, width - origin.length);
  if (rest.length <= room) return shown;
  // The end of a URL tells rows apart: it gets the larger half. The slash after the host stays.
  const tail = Math.ceil((room - 1) / 2);
  const head = room - 1 - tail;
  return origin + wholeStart(rest, head) + "…" + wholeEnd(rest, tail);
}

/** The first `length` units, less the half of a pair that would be cut. */
function wholeStart(text: string, length: number): string {
  const start = text.slice(0, length);
  return start.isWellFormed() ? start : start.slice(0, -1);
}

function wholeEnd(text: string, length: number): string {
  const end = length === 0 ? "" : text.slice(-length);
  return end.isWellFormed() ? end : end.slice(1);
}
