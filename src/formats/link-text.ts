import { decodeHTML } from "entities/decode";

/** Elements within a line: between them and their neighbours there is no space. */
const INLINE = new Set([
  ...["a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em"],
  ...["font", "i", "ins", "kbd", "mark", "q", "s", "samp", "small", "span", "strike", "strong"],
  ...["sub", "sup", "time", "tt", "u", "var", "wbr", "script", "style", "template", "noscript"],
]);

/** Longest text of a link, in characters: a title, not a page. */
const LONGEST_TEXT = 1_000;
/** The longest one that HTML names, `&CounterClockwiseContourIntegral;`. */
const LONGEST_REFERENCE = 33;

/** What most texts have not: spaces to fold, or half a character at the end. */
const UNTIDY = /[\t\n\f\r\ud800-\udfff]| {2}/;
const SPACES = /[\t\n\f\r ]+/g;

/** Gathers the text of one link as its reader sees it, at most a thousand characters of it. */
export class LinkText {
  #text = "";

  /** Text as it stands in the page, character references and all, or decoded. */
  add(text: string, form: "encoded" | "decoded"): void {
    const room = LONGEST_TEXT - this.#text.length;
    if (room <= 0) return;
    // A reference is longer than what it stands for: it is not to be cut in two.
    const piece = text.slice(0, room * LONGEST_REFERENCE);
    const plain = form === "encoded" && piece.includes("&") ? decodeHTML(piece) : piece;
    this.#text += plain.slice(0, room);
  }

  /** A tag between two texts: whatever is no part of a line separates them. */
  pass(tagName: string): void {
    if (!INLINE.has(tagName) && !this.#text.endsWith(" ")) this.#text += " ";
  }

  /** The text, white space folded. */
  toString(): string {
    const text = this.#text.trim();
    return UNTIDY.test(text) ? text.toWellFormed().replace(SPACES, " ") : text;
  }
}
