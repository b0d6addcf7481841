const [SLASH, MORE, EQUALS, QUOTE, APOSTROPHE] = [0x2f, 0x3e, 0x3d, 0x22, 0x27];

/** Told of an attribute: where its name and its value begin and end. */
export type NoteAttribute = (
  name: readonly [start: number, end: number],
  value: readonly [start: number, end: number],
) => void;

/**
 * Walks the attributes of a tag from the end of its name (HTML §13.2.5.32 to §13.2.5.40) and gives the
 * position behind its `>`, or -1 where the text ends before. Takes time linear in the tag's length.
 */
export function walkAttributes(html: string, from: number, note?: NoteAttribute): number {
  let position = from;
  for (;;) {
    while (isSpace(html.charCodeAt(position)) || html.charCodeAt(position) === SLASH) position += 1;
    if (html.charCodeAt(position) === MORE) return position + 1;
    const nameStart = position;
    // An equals sign that begins a name is part of it.
    if (html.charCodeAt(position) === EQUALS) position += 1;
    while (!endsName(html.charCodeAt(position)) && html.charCodeAt(position) !== EQUALS) {
      position += 1;
    }
    const nameEnd = position;
    while (isSpace(html.charCodeAt(position))) position += 1;
    let valueStart = nameEnd;
    let valueEnd = nameEnd;
    if (html.charCodeAt(position) === EQUALS) {
      valueStart = skipSpaces(html, position + 1);
      const quote = html.charCodeAt(valueStart);
      if (quote === QUOTE || quote === APOSTROPHE) {
        valueStart += 1;
        valueEnd = html.indexOf(quote === QUOTE ? '"' : "'", valueStart);
        if (valueEnd === -1) return -1;
        position = valueEnd + 1;
      } else {
        valueEnd = valueStart;
        while (!endsValue(html.charCodeAt(valueEnd))) valueEnd += 1;
        position = valueEnd;
      }
    }
    if (position >= html.length) return -1;
    note?.([nameStart, nameEnd], [valueStart, valueEnd]);
  }
}

/** White space of HTML; the number that stands for a text's end is none. */
export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d || code === 0x0c;
}

/** Whether a character, or the text's end, ends the name of a tag or an attribute. */
export function endsName(code: number): boolean {
  return code === MORE || code === SLASH || isSpace(code) || Number.isNaN(code);
}

function endsValue(code: number): boolean {
  return code === MORE || isSpace(code) || Number.isNaN(code);
}

function skipSpaces(html: string, from: number): number {
  let position = from;
  while (isSpace(html.charCodeAt(position))) position += 1;
  return position;
}
