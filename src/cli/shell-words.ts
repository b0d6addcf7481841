/** A text that only a shell could understand, or that ends inside a quote. */
export class ShellWordsError extends Error {
  override readonly name = "ShellWordsError";
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["a", "\x07"],
  ["b", "\b"],
  ["e", "\x1b"],
  ["E", "\x1b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
]);

/** Unquoted, these make a shell do something: run, redirect, expand, separate. */
const NEEDS_SHELL = new Set("`;&|<>(){}");

const BLANK = new Set([" ", "\t", "\r"]);

/**
 * Splits one command into words as a POSIX shell does (POSIX.1-2024, XCU 2.2 Quoting, with `$'…'`),
 * and does nothing else: what a shell would expand, run or redirect is refused, never executed.
 * @throws ShellWordsError naming what was found.
 */
export function shellWords(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  while (at < text.length) {
    const char = text[at]!;
    if (char === "\\") {
      const skipped = lineContinuation(text, at);
      if (skipped > 0) at += skipped;
      else {
        if (at + 1 === text.length) throw new ShellWordsError("it ends with a backslash");
        word = (word ?? "") + text[at + 1]!;
        at += 2;
      }
    } else if (char === "'") {
      const end = text.indexOf("'", at + 1);
      if (end === -1) throw new ShellWordsError("a ' is opened and never closed");
      word = (word ?? "") + text.slice(at + 1, end);
      at = end + 1;
    } else if (char === '"') {
      const quoted = doubleQuoted(text, at + 1);
      word = (word ?? "") + quoted.value;
      at = quoted.end;
    } else if (char === "$" && text[at + 1] === "'") {
      const quoted = dollarQuoted(text, at + 2);
      word = (word ?? "") + quoted.value;
      at = quoted.end;
    } else if (BLANK.has(char) || char === "\n") {
      if (word !== undefined) words.push(word);
      word = undefined;
      if (char === "\n" && words.length > 0 && text.slice(at).trim() !== "") {
        throw new ShellWordsError("it holds more than one command (a line does not end with \\)");
      }
      at += 1;
    } else {
      if (char === "$" || NEEDS_SHELL.has(char) || (char === "#" && word === undefined)) {
        throw new ShellWordsError(`it needs a shell: an unquoted ${char}`);
      }
      word = (word ?? "") + char;
      at += 1;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** Length of a backslash and the line end that it removes, or 0. */
function lineContinuation(text: string, at: number): number {
  if (text[at + 1] === "\n") return 2;
  return text[at + 1] === "\r" && text[at + 2] === "\n" ? 3 : 0;
}

interface Quoted {
  readonly value: string;
  /** Index behind the closing quote. */
  readonly end: number;
}

function doubleQuoted(text: string, start: number): Quoted {
  let value = "";
  for (let at = start; at < text.length; at += 1) {
    const char = text[at]!;
    if (char === '"') return { value, end: at + 1 };
    if (char === "`" || (char === "$" && /[A-Za-z0-9_({?@*#!$-]/.test(text[at + 1] ?? ""))) {
      throw new ShellWordsError(`it needs a shell: ${char} inside "…"`);
    }
    if (char !== "\\") value += char;
    else if (lineContinuation(text, at) > 0) at += lineContinuation(text, at) - 1;
    else if ('$`"\\'.includes(text[at + 1] ?? " ")) value += text[++at]!;
    else value += char;
  }
  throw new ShellWordsError('a " is opened and never closed');
}

function dollarQuoted(text: string, start: number): Quoted {
  let value = "";
  let bytes: number[] = [];
  const flush = (): void => {
    if (bytes.length > 0) value += Buffer.from(bytes).toString("utf8");
    bytes = [];
  };
  for (let at = start; at < text.length; at += 1) {
    const char = text[at]!;
    if (char === "'") {
      flush();
      return { value, end: at + 1 };
    }
    if (char !== "\\") {
      flush();
      value += char;
      continue;
    }
    const rest = text.slice(at + 1, at + 10);
    const hex = /^(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8}))/.exec(rest);
    const octal = /^[0-7]{1,3}/.exec(rest);
    if (hex?.[1] !== undefined) bytes.push(Number.parseInt(hex[1], 16));
    else if (octal !== null) bytes.push(Number.parseInt(octal[0], 8) & 0xff);
    else {
      flush();
      // Chrome writes each UTF-16 unit as \u of its own: two of them make one character here.
      if (hex?.[2] !== undefined) value += String.fromCharCode(Number.parseInt(hex[2], 16));
      else if (hex?.[3] !== undefined) value += codePoint(Number.parseInt(hex[3], 16));
      else if (rest[0] === "c" && rest.length > 1) {
        value += String.fromCharCode(rest.charCodeAt(1) & 0x1f);
      } else value += ESCAPES.get(rest[0] ?? "") ?? literal(rest[0]);
    }
    if (hex !== null) at += hex[0].length;
    else if (octal !== null) at += octal[0].length;
    else at += rest[0] === "c" ? 2 : 1;
  }
  throw new ShellWordsError("a $' is opened and never closed");
}

function codePoint(code: number): string {
  if (code > 0x10ffff) throw new ShellWordsError("a \\U escape beyond Unicode");
  return String.fromCodePoint(code);
}

/** What an escape without a meaning stands for: the quotes and ? for themselves, others with the backslash. */
function literal(char: string | undefined): string {
  if (char === undefined) return "\\";
  return "\\'\"?".includes(char) ? char : `\\${char}`;
}
