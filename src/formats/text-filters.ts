import { valueText } from "./value-text.ts";

/** What a filter does to a value. Filters change text; `date` also reads numbers. */
export type TextFilter = (value: unknown) => string;

/**
 * The filters of text templates, by name:
 * - `underscore`: runs of anything but letters, marks and digits become one `_`; case and letters stay
 * - `snake`: the same in lower case, also between the words of `camelCase`
 * - `slug`: lower case joined by `-`, letters folded to ASCII where Unicode knows how (NFKD); letters
 *   of other scripts stay, as nothing would be left of a name written in them
 * - `lower`, `upper`: by Unicode's rules, the same in every locale
 * - `date`: `yyyy-mm-dd` of a date's text or of a timestamp in seconds or milliseconds (UTC); what is
 *   no date stays as it is
 */
export const TEXT_FILTERS: ReadonlyMap<string, TextFilter> = new Map<string, TextFilter>([
  ["underscore", (value) => joinedWords(valueText(value), "_")],
  ["snake", (value) => joinedWords(splitCamelCase(valueText(value)), "_").toLowerCase()],
  ["slug", (value) => joinedWords(folded(valueText(value)), "-").toLowerCase()],
  ["lower", (value) => valueText(value).toLowerCase()],
  ["upper", (value) => valueText(value).toUpperCase()],
  ["date", dateText],
]);

function joinedWords(text: string, joint: string): string {
  const words = text.normalize("NFC").match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return words.join(joint);
}

function splitCamelCase(text: string): string {
  return text.replace(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu, " ");
}

/** Letters that Unicode does not decompose though readers know their ASCII spelling. */
const SPELLED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ß: "ss",
    ẞ: "SS",
    æ: "ae",
    Æ: "AE",
    œ: "oe",
    Œ: "OE",
    ø: "o",
    Ø: "O",
    đ: "d",
    Đ: "D",
    ð: "d",
    Ð: "D",
    ł: "l",
    Ł: "L",
    þ: "th",
    Þ: "Th",
    ħ: "h",
    Ħ: "H",
    ı: "i",
  }),
);

function folded(text: string): string {
  return (
    text
      .replace(/[ßẞæÆœŒøØđĐðÐłŁþÞħĦı]/g, (letter) => SPELLED.get(letter)!)
      .normalize("NFKD")
      // Marks of Latin, Greek and Cyrillic; in other scripts they are vowels.
      .replace(/[\u0300-\u036f]/g, "")
      .replace(/(?<=\p{L})['’](?=\p{L})/gu, "")
  );
}

/** Below this a timestamp counts seconds (until the year 5138), from it on milliseconds (since 1973). */
const FIRST_MS = 100_000_000_000;

function dateText(value: unknown): string {
  const text = valueText(value).trim();
  const iso =
    /^(\d{4}-\d\d-\d\d)(?:[T ][\d:.,]*)?$/.exec(text) ?? /^(\d{4})(\d\d)(\d\d)$/.exec(text);
  if (iso !== null && typeof value === "string") {
    const date = iso[2] === undefined ? iso[1]! : `${iso[1]}-${iso[2]}-${iso[3]}`;
    if (utcDate(Date.parse(date)) === date) return date;
  }
  if (/^-?\d+(?:\.\d+)?$/.test(text)) {
    const stamp = Number(text);
    return utcDate(Math.abs(stamp) < FIRST_MS ? stamp * 1000 : stamp) ?? text;
  }
  // Beware: a text without a time zone is read as local time; its own day is the one it names.
  const zoned = /(?:Z|GMT|UTC|[+-]\d\d:?\d\d)(?:\s*\([^)]*\))?$/i.test(text);
  const parsed = Date.parse(zoned ? text : `${text} UTC`);
  return /\d/.test(text) ? (utcDate(parsed) ?? text) : text;
}

function utcDate(ms: number): string | undefined {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return undefined;
  return date.toISOString().replace(/T.*/, "");
}
