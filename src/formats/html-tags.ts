import { endsName, walkAttributes } from "./html-attributes.ts";
import { endOfRawText } from "./html-raw-text.ts";

/**
 * The tags of an HTML text, one after another, found where a browser's tokenizer finds them but without a
 * tree: ten times faster than one. Scripts and other raw texts are passed over. Any text has tags or
 * none: nothing throws, and the time is linear in the text's length.
 */
export class HtmlTags {
  readonly html: string;
  /** What stands here; a comment is whatever a browser takes for one, a declaration too. */
  kind: "open" | "close" | "comment" = "comment";
  /** The tag's name in small letters. */
  name = "";
  /** The text between this tag and the one before, character references in it as written. */
  text: readonly [start: number, end: number] = [0, 0];
  /** Of the tags so far that may have thousands of attributes: how many the one with most has. */
  mostAttributes = 0;
  #nameEnd = 0;
  #tagEnd = 0;
  #position = 0;
  /** Open elements of SVG and MathML, in which a tag may close itself. */
  #foreign = 0;

  constructor(html: string) {
    // What a browser makes of this character wherever it matters to tags.
    this.html = html.includes("\0") ? html.replaceAll("\0", "\ufffd") : html;
  }

  /** Whether this tag stands in SVG or MathML, where links have `xlink:href` too. */
  get isForeign(): boolean {
    return this.#foreign > 0;
  }

  /** What stands in this element where that is text whatever it looks like, as written; else "". */
  get rawText(): string {
    return this.html.slice(this.#tagEnd, this.#position);
  }

  /** Goes to the next tag; false at the end, where the last text is told still. */
  next(): boolean {
    const { html } = this;
    const start = this.#position;
    let open = html.indexOf("<", start);
    while (open !== -1) {
      const after = html.charCodeAt(open + 1);
      if (isLetter(after)) return this.#tag("open", start, open);
      if (after === SLASH && isLetter(html.charCodeAt(open + 2))) {
        return this.#tag("close", start, open);
      }
      if (
        after === EXCLAMATION ||
        after === QUESTION ||
        (after === SLASH && open + 2 < html.length)
      )
        return this.#comment(start, open);
      open = html.indexOf("<", open + 1);
    }
    return this.#end(start, html.length);
  }

  /** The first value of an attribute of this tag, character references in it as written; or undefined. */
  attribute(name: string): string | undefined {
    let value: string | undefined;
    walkAttributes(this.html, this.#nameEnd, (at, of) => {
      if (value !== undefined || at[1] - at[0] !== name.length) return;
      if (this.html.slice(...at).toLowerCase() === name) value = this.html.slice(...of);
    });
    return value;
  }

  #tag(kind: "open" | "close", textStart: number, open: number): boolean {
    const { html } = this;
    const start = kind === "open" ? open + 1 : open + 2;
    let end = start;
    while (!endsName(html.charCodeAt(end))) end += 1;
    const after = walkAttributes(html, end);
    if ((after === -1 ? html.length : after) - end > LONG_TAG) this.#countAttributes(end);
    // A tag that the text's end cuts is none.
    if (after === -1) return this.#end(textStart, open);
    this.kind = kind;
    this.name = html.slice(start, end).toLowerCase();
    this.text = [textStart, open];
    this.#nameEnd = end;
    this.#tagEnd = after;
    this.#position = after;
    const closesItself = html.charCodeAt(after - 2) === SLASH;
    if (this.name === "svg" || this.name === "math") {
      if (kind === "close") this.#foreign = Math.max(0, this.#foreign - 1);
      else if (!closesItself) this.#foreign += 1;
    } else if (kind === "open" && !(closesItself && this.#foreign > 0)) {
      this.#position = endOfRawText(html, after, this.name);
    }
    return true;
  }

  #countAttributes(nameEnd: number): void {
    let count = 0;
    walkAttributes(this.html, nameEnd, () => (count += 1));
    this.mostAttributes = Math.max(this.mostAttributes, count);
  }

  #comment(textStart: number, open: number): boolean {
    const end = this.#endOfComment(open);
    if (end === -1) return this.#end(textStart, open);
    this.kind = "comment";
    this.name = "";
    this.text = [textStart, open];
    this.#position = end;
    return true;
  }

  #end(textStart: number, textEnd: number): boolean {
    this.kind = "comment";
    this.name = "";
    this.text = [textStart, textEnd];
    this.#position = this.html.length;
    return false;
  }

  /** The position behind a comment that begins at `open`; -1 where it does not end. */
  #endOfComment(open: number): number {
    const { html } = this;
    if (html.startsWith("<!--", open)) {
      if (html.startsWith(">", open + 4)) return open + 5;
      if (html.startsWith("->", open + 4)) return open + 6;
      COMMENT_END.lastIndex = open + 4;
      return COMMENT_END.test(html) ? COMMENT_END.lastIndex : -1;
    }
    const mark = this.#foreign > 0 && html.startsWith("<![CDATA[", open) ? "]]>" : ">";
    const end = html.indexOf(mark, open + 2);
    return end === -1 ? -1 : end + mark.length;
  }
}

/** Characters of a tag that is worth the counting of its attributes. */
const LONG_TAG = 10_000;

const [EXCLAMATION, QUESTION, SLASH] = [0x21, 0x3f, 0x2f];

const COMMENT_END = /--!?>/g;

function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
}
