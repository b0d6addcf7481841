import { DiskError, systemWords } from "../core/disk-error.ts";

/** The three standard streams and their surroundings, as a command sees them. */
export interface Terminal {
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
  /** Whether state may be shown in colour (never colour alone). */
  readonly colour: "colour" | "plain";
}

/** A stream to write text to, and whether a person watches it. */
export interface TerminalStream {
  /**
   * Writes, and resolves once more may be written; rejects with ClosedPipe where nobody reads, with
   * DiskError where it is a file that takes no more.
   */
  write(text: string): Promise<void> | undefined;
  /** The refusal of the disk, where it is a file that took no more. */
  readonly refusal?: () => DiskError | undefined;
  readonly seenBy: "person" | "program";
  /** Width in columns; 80 where unknown. */
  readonly columns: number;
}

/** The reader of our output has gone (`| head`): the run ends quietly. */
export class ClosedPipe extends Error {
  override readonly name = "ClosedPipe";
}

/** The process's own streams. NO_COLOR (no-color.org) and TERM=dumb turn colour off. */
export function processTerminal(): Terminal {
  const { NO_COLOR: noColour, TERM: term } = process.env;
  const plain = (noColour !== undefined && noColour !== "") || term === "dumb";
  return {
    stdout: streamOf(process.stdout),
    stderr: toldStream(process.stderr),
    colour: plain || !process.stderr.isTTY ? "plain" : "colour",
  };
}

function streamOf(stream: NodeJS.WriteStream): TerminalStream {
  // Beware: a process's own stream forgets its error as soon as it has told of it.
  let failure: ClosedPipe | DiskError | undefined;
  stream.on("error", (error: NodeJS.ErrnoException) => (failure ??= meaningOf(error)));
  const closed = new ClosedPipe("the output is closed");
  return {
    write(text) {
      if (failure !== undefined) throw failure;
      if (stream.destroyed) throw closed;
      if (stream.write(text)) return undefined;
      return new Promise((resolve, reject) => {
        const settle = (): void => {
          stream.off("drain", settle).off("error", settle).off("close", settle);
          if (failure !== undefined || stream.destroyed) reject(failure ?? closed);
          else resolve();
        };
        stream.on("drain", settle).on("error", settle).on("close", settle);
      });
    },
    refusal: () => (failure instanceof DiskError ? failure : undefined),
    seenBy: stream.isTTY ? "person" : "program",
    get columns() {
      // Some pseudo terminals say 0.
      return stream.columns || 80;
    },
  };
}

function meaningOf(error: NodeJS.ErrnoException): ClosedPipe | DiskError {
  if (error.code === "EPIPE") return new ClosedPipe("the output is closed", { cause: error });
  return new DiskError(`cannot write the output: ${systemWords(error)}`, { cause: error });
}

/** Where we only tell: nobody waits for it, and nobody minds when nobody listens. */
function toldStream(stream: NodeJS.WriteStream): TerminalStream {
  // Where a block cannot be redrawn, lines follow each other as in a log.
  const isDrawnOn = stream.isTTY && process.env["TERM"] !== "dumb";
  return {
    write(text) {
      if (!stream.destroyed && stream.errored === null) stream.write(text);
      return undefined;
    },
    seenBy: isDrawnOn ? "person" : "program",
    get columns() {
      return stream.columns || 80;
    },
  };
}
