/** Where a text stops being JSON (RFC 8259), and what stands there. */
export interface JsonFault {
  /** Offset in UTF-16 units. */
  readonly position: number;
  readonly what: string;
}

const SPACE = /[ \t\n\r]*/y;
const SCALAR = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y;
/** A quote, a backslash or a control character: what does not stand for itself in a string. */
const SPECIAL = /[^ -!#-[\]-\uffff]/g;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})/y;

/**
 * The first fault of a text, or undefined where it is JSON. For the sentence of an error only:
 * `JSON.parse` decides, but tells the place of some faults and not of others. Never recurses.
 */
export function findJsonFault(text: string): JsonFault | undefined {
  const open: string[] = [];
  let position = skip(SPACE, text, 0);
  let expect: "value" | "value or ]" | "name" | "name or }" | "after" = "value";
  while (true) {
    const sign = text[position];
    if (expect === "after") {
      const inner = open.at(-1);
      if (inner === undefined) {
        return sign === undefined ? undefined : fault(text, position, "nothing more");
      }
      const close = inner === "{" ? "}" : "]";
      if (sign === close) open.pop();
      else if (sign === ",") expect = inner === "{" ? "name" : "value";
      else return fault(text, position, `, or ${close}`);
      position += 1;
    } else if (
      (expect === "value or ]" && sign === "]") ||
      (expect === "name or }" && sign === "}")
    ) {
      open.pop();
      expect = "after";
      position += 1;
    } else if (expect === "name" || expect === "name or }") {
      if (sign !== '"')
        return fault(
          text,
          position,
          expect === "name" ? "a name in quotes" : "a name in quotes or }",
        );
      const end = stringEnd(text, position);
      if (typeof end !== "number") return end;
      position = skip(SPACE, text, end);
      if (text[position] !== ":") return fault(text, position, ":");
      position += 1;
      expect = "value";
    } else if (sign === "{" || sign === "[") {
      open.push(sign);
      expect = sign === "{" ? "name or }" : "value or ]";
      position += 1;
    } else {
      const end = sign === '"' ? stringEnd(text, position) : skip(SCALAR, text, position);
      if (typeof end !== "number") return end;
      if (end === position) return fault(text, position, "a value");
      position = end;
      expect = "after";
    }
    position = skip(SPACE, text, position);
  }
}

/** Where `pattern` (sticky) ends when it matches at `position`, or `position` itself. */
function skip(pattern: RegExp, text: string, position: number): number {
  pattern.lastIndex = position;
  return pattern.test(text) ? pattern.lastIndex : position;
}

function fault(text: string, position: number, expected: string): JsonFault {
  if (position >= text.length) return { position, what: `ends where ${expected} is expected` };
  const word = /^[\w.+-]{1,20}/.exec(text.slice(position, position + 20))?.[0];
  const found = word ?? String.fromCodePoint(text.codePointAt(position)!);
  return { position, what: `has ${JSON.stringify(found)} where ${expected} is expected` };
}

/** Where the string that begins at `start` ends, or what is wrong with it. */
function stringEnd(text: string, start: number): number | JsonFault {
  let position = start + 1;
  while (true) {
    SPECIAL.lastIndex = position;
    const special = SPECIAL.exec(text);
    if (special === null) return { position: start, what: "has a string that is never closed" };
    position = special.index;
    if (special[0] === '"') return position + 1;
    if (special[0] !== "\\") return { position, what: "has a control character within a string" };
    const end = skip(ESCAPE, text, position);
    if (end === position) return { position, what: "has an escape that JSON does not know" };
    position = end;
  }
}
