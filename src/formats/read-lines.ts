import { UsageError } from "../core/usage-error.ts";
import { readText, type ByteChunks } from "./text-chunks.ts";

/** A line of text and its number, from 1. */
export interface Line {
  readonly line: number;
  readonly text: string;
}

/** Where lines come from and how long they may be. */
export interface ReadLinesOptions {
  /** The file's name, for messages. */
  readonly name: string;
  /** Characters that a line may have. @default 67108864 */
  readonly longestLine?: number;
}

/** Longest line that is read unless asked otherwise: 64 Mi characters. */
const LONGEST_LINE = 64 * 1024 * 1024;

/**
 * The lines of a stream of bytes, in batches as they arrive, so that little is held: ended by LF, CRLF
 * or CR, the last one with or without. Blank lines are lines.
 * @throws UsageError `name:line: …` for bytes that are no text and for a line that is too long.
 */
export async function* readLines(
  chunks: ByteChunks,
  options: ReadLinesOptions,
): AsyncGenerator<readonly Line[]> {
  const longest = options.longestLine ?? LONGEST_LINE;
  let line = 1;
  // A line over many chunks is kept in pieces: joining at each chunk would copy it again and again.
  let pieces: string[] = [];
  let held = 0;
  const checkLength = (length: number): void => {
    if (length > longest) {
      throw new UsageError(
        `${options.name}:${line}: this line is longer than ${longest} characters`,
      );
    }
  };
  let endedWithReturn = false;
  for await (let text of readText(chunks, options.name)) {
    // A CR at the end of a chunk may be half of a CRLF: it ended the line already.
    if (endedWithReturn && text.startsWith("\n")) text = text.slice(1);
    endedWithReturn = text === "" ? false : text.endsWith("\r");
    const parts = text.includes("\r") ? text.split(/\r\n|\n|\r/) : text.split("\n");
    const last = parts.pop()!;
    if (parts.length > 0) {
      checkLength(held + parts[0]!.length);
      const batch: Line[] = [];
      if (pieces.length > 0) {
        parts[0] = pieces.join("") + parts[0]!;
        pieces = [];
        held = 0;
      }
      for (const part of parts) {
        if (part.length > longest) checkLength(part.length);
        batch.push({ line, text: part });
        line += 1;
      }
      yield batch;
    }
    if (last !== "") {
      pieces.push(last);
      held += last.length;
      checkLength(held);
    }
  }
  if (pieces.length > 0) yield [{ line, text: pieces.join("") }];
}
