import type { TerminalStream } from "./terminal.ts";

/** One line of a block: its text (safe to show), and the state that colours it. */
export interface BlockLine {
  readonly text: string;
  readonly state?: "answered" | "held" | "failed";
}

/** Some lines at the bottom of a terminal that are drawn over themselves. */
export interface LiveBlock {
  draw(lines: readonly BlockLine[]): void;
  /** Removes it from the screen; the next draw shows it again. */
  clear(): void;
}

const COLOURS = { answered: 32, held: 33, failed: 31 } as const;

/** A block on `stream`, which must be a terminal: escapes have no place in a pipe. */
export function createLiveBlock(stream: TerminalStream, colour: "colour" | "plain"): LiveBlock {
  let height = 0;
  const erase = (): string => (height === 0 ? "" : `\x1b[${height}A\r\x1b[J`);
  return {
    draw(lines) {
      // One less than the width: a full line would wrap, and a line up would not be the one above.
      const shown = lines.map(({ text, state }) => {
        const line = fitted(text, Math.max(20, stream.columns - 1));
        return state === undefined || colour === "plain"
          ? line
          : `\x1b[${COLOURS[state]}m${line}\x1b[39m`;
      });
      const text = erase() + shown.map((line) => `${line}\n`).join("");
      height = shown.length;
      void stream.write(text);
    },
    clear() {
      if (height > 0) void stream.write(erase());
      height = 0;
    },
  };
}

/** The start of a text that takes at most `columns` on a terminal, with `…` where something is missing. */
export function fitted(text: string, columns: number): string {
  let used = 0;
  let length = 0;
  let roomForEllipsis = 0;
  for (const char of text) {
    used += widthOf(char);
    if (used > columns) return `${text.slice(0, roomForEllipsis)}…`;
    length += char.length;
    if (used < columns) roomForEllipsis = length;
  }
  return text;
}

/** Columns of one character: marks join the one before, East Asian wide ones and emoji take two. */
function widthOf(char: string): number {
  if (char < "\u0300") return 1;
  if (/^\p{Mn}|\p{Me}$/u.test(char)) return 0;
  return /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]$/u.test(
    char,
  )
    ? 2
    : 1;
}
