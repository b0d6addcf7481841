import type { Terminal, TerminalStream } from "./terminal.ts";

/** A terminal for tests, and what was written to it. */
export interface RecordingTerminal extends Terminal {
  /** Everything written to stdout so far. */
  readonly out: () => string;
  /** Everything written to stderr so far. */
  readonly err: () => string;
  /** The writes to stderr, one by one. */
  readonly errWrites: readonly string[];
}

/** A terminal that only remembers. */
export function createRecordingTerminal(
  options: {
    readonly stdout?: TerminalStream["seenBy"];
    readonly stderr?: TerminalStream["seenBy"];
    readonly columns?: number;
    readonly colour?: Terminal["colour"];
  } = {},
): RecordingTerminal {
  const outWrites: string[] = [];
  const errWrites: string[] = [];
  const stream = (
    writes: string[],
    seenBy: TerminalStream["seenBy"] = "program",
  ): TerminalStream => ({
    write(text) {
      writes.push(text);
      return undefined;
    },
    seenBy,
    columns: options.columns ?? 80,
  });
  return {
    stdout: stream(outWrites, options.stdout),
    stderr: stream(errWrites, options.stderr),
    colour: options.colour ?? "plain",
    out: () => outWrites.join(""),
    err: () => errWrites.join(""),
    errWrites,
  };
}
