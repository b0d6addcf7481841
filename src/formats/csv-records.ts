/** A record of a CSV text and the line, from 1, at which it begins. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/** A text that is no CSV, and the line at which the record in question begins. */
export class CsvFault extends Error {
  override readonly name = "CsvFault";
  readonly line: number;

  constructor(what: string, line: number) {
    super(what);
    this.line = line;
  }
}

/** Excel's own first line, before the header. */
const SEPARATOR_LINE = /^sep=([,;\t])$/i;

/** What sets the names of a header apart: a comma, else a semicolon (as where commas are decimal), else a tab. */
function delimiterIn(header: string): string {
  const unquoted = header.replaceAll(/"[^"]*"?/g, "");
  return [",", ";", "\t"].find((one) => unquoted.includes(one)) ?? ",";
}

/** Characters of the longest record: one that is longer is a quote that was never closed. */
const LONGEST_RECORD = 64 * 1024 * 1024;

/**
 * Cuts a text that arrives in pieces into records (RFC 4180), each given as soon as its line has ended:
 * with LF, CRLF or CR. Blank lines are none. A quote within a cell that does not begin with one is
 * itself; where text follows a closing quote, both quotes belong to the cell.
 */
export class CsvRecords {
  #delimiter: string | undefined;
  #line = 1;
  /** Pieces of a line whose end has not come: joined once, however many they are. */
  #pieces: string[] = [];
  #heldLength = 0;
  /** The line at which the record in hand began, its cells so far and the pieces of a quoted one. */
  #began = 1;
  #cells: string[] = [];
  #quoted: string[] | undefined;
  #quotedLength = 0;
  /** A CR that ended the text may be half of a CRLF: it ended the line already. */
  #lastEnd: "CR" | "none" = "none";

  /** @param delimiter what sets cells apart; undefined: what the header shows */
  constructor(delimiter?: string) {
    this.#delimiter = delimiter;
  }

  /** The records that end in this piece of text. @throws CsvFault for a record that is too long. */
  add(text: string): readonly CsvRecord[] {
    const records: CsvRecord[] = [];
    let at = 0;
    if (this.#lastEnd === "CR" && text.startsWith("\n")) {
      at = 1;
      this.#quoted?.push("\n");
    }
    if (text !== "") this.#lastEnd = text.endsWith("\r") ? "CR" : "none";
    let lf = text.indexOf("\n", at);
    let cr = text.indexOf("\r", at);
    while (lf !== -1 || cr !== -1) {
      const end = lf === -1 || (cr !== -1 && cr < lf) ? cr : lf;
      const next = end === cr && lf === cr + 1 ? end + 2 : end + 1;
      this.#endLine(text.slice(at, end), text.slice(end, next), records);
      at = next;
      if (lf !== -1 && lf < at) lf = text.indexOf("\n", at);
      if (cr !== -1 && cr < at) cr = text.indexOf("\r", at);
    }
    if (at < text.length) {
      this.#pieces.push(at === 0 ? text : text.slice(at));
      this.#heldLength += text.length - at;
      this.#checkLength(0);
    }
    return records;
  }

  /** The record whose line did not end, if there is one. @throws CsvFault for a quote that is still open. */
  end(): readonly CsvRecord[] {
    const records: CsvRecord[] = [];
    if (this.#pieces.length > 0) this.#endLine("", "", records);
    if (this.#quoted !== undefined) {
      throw new CsvFault("a quote is opened and never closed", this.#began);
    }
    return records;
  }

  #endLine(last: string, end: string, records: CsvRecord[]): void {
    let text = last;
    if (this.#pieces.length > 0) {
      text = this.#pieces.join("") + last;
      this.#pieces = [];
      this.#heldLength = 0;
    }
    this.#checkLength(text.length);
    if (this.#quoted === undefined) this.#began = this.#line;
    this.#line += 1;
    if (this.#quoted === undefined && text === "") return;
    if (this.#delimiter === undefined) {
      const told = SEPARATOR_LINE.exec(text);
      this.#delimiter = told?.[1] ?? delimiterIn(text);
      if (told !== null) return;
    }
    if (this.#quoted === undefined && !text.includes('"')) {
      records.push({ line: this.#began, cells: text.split(this.#delimiter) });
      return;
    }
    this.#cut(text);
    if (this.#quoted !== undefined) {
      this.#quoted.push(end);
      this.#quotedLength += text.length + end.length;
      return;
    }
    records.push({ line: this.#began, cells: this.#cells });
    this.#cells = [];
    this.#quotedLength = 0;
  }

  /** Takes the cells of a line, the last of which may go on in the next. */
  #cut(text: string): void {
    let at = this.#quoted === undefined ? 0 : this.#closeQuote(text, 0);
    while (at <= text.length) {
      if (text.startsWith('"', at)) {
        this.#quoted = [];
        at = this.#closeQuote(text, at + 1);
      } else {
        const end = this.#cellEnd(text, at);
        this.#cells.push(text.slice(at, end));
        at = end + 1;
      }
    }
  }

  /** Reads on in a quoted cell; gives where the next cell begins: beyond the text where there is none. */
  #closeQuote(text: string, start: number): number {
    const pieces = this.#quoted!;
    let at = start;
    for (let quote = text.indexOf('"', at); quote !== -1; quote = text.indexOf('"', at)) {
      if (text.startsWith('"', quote + 1)) {
        pieces.push(text.slice(at, quote + 1));
        at = quote + 2;
        continue;
      }
      pieces.push(text.slice(at, quote));
      const end = this.#cellEnd(text, quote + 1);
      const within = pieces.join("");
      this.#cells.push(end === quote + 1 ? within : `"${within}${text.slice(quote, end)}`);
      this.#quoted = undefined;
      return end + 1;
    }
    pieces.push(text.slice(at));
    return text.length + 1;
  }

  #cellEnd(text: string, start: number): number {
    const end = text.indexOf(this.#delimiter!, start);
    return end === -1 ? text.length : end;
  }

  #checkLength(more: number): void {
    if (this.#heldLength + this.#quotedLength + more <= LONGEST_RECORD) return;
    const line = this.#quoted === undefined ? this.#line : this.#began;
    throw new CsvFault("this record is longer than 64 MiB; is a quote never closed?", line);
  }
}
